import { expect, test } from 'vitest';
import { clusterFile, Desk, FOREVER, TARGET, UNINTERRUPTED } from './support/desk.ts';

/** A key of zeros, well formed. */
const SSH_KEY = `ssh-ed25519 ${Buffer.from(`\0\0\0\u000Bssh-ed25519\0\0\0 ${'\0'.repeat(32)}`).toString('base64')} operator`;
const INTERNET = /^198\.1[89]\.\d+\.\d+$/;

function privateFile(network: string): string {
  const access = `access:\n  ssh-key: ${SSH_KEY}`;
  return `${clusterFile().replace('access:', access)}network: ${network}\n`;
}

test('a cluster in a private network is entered through the address of its bastion alone', async () => {
  await using desk = await Desk.alone();
  expect(await desk.create(privateFile('{ topology: private }'))).toMatchObject({ ok: true });
  const outputs = await desk.app().outputs(TARGET, FOREVER);
  expect(outputs.find(({ name }) => name === 'bastion')?.value).toMatch(INTERNET);
  expect(outputs.filter(({ name }) => name.startsWith('node '))).toEqual([]);
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  expect(await desk.delete()).toMatchObject({ ok: true });
});

test('a machine is shown with the address that it has now, fixed or not', async () => {
  await using desk = await Desk.alone();
  const shown = async () => {
    const outputs = await desk.app().outputs(TARGET, FOREVER);
    return new Map(outputs.map(({ name, value }) => [name, value]));
  };
  await desk.create(clusterFile());
  const fixed = await shown();
  await desk.edit(`${clusterFile()}network: { addresses: dynamic }\n`);
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  const followed = await shown();
  for (const outputs of [fixed, followed]) {
    expect(outputs.get('node control-plane-1')).toMatch(INTERNET);
    expect(outputs.get('node storage-1')).toMatch(INTERNET);
  }
  expect(followed.get('node control-plane-1')).not.toBe(fixed.get('node control-plane-1'));
  expect(followed.get('node storage-1')).toBe(fixed.get('node storage-1'));
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
});
