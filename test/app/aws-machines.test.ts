import { expect, test } from 'vitest';
import { bucketUserData } from '#app/bucket-user-data.ts';
import { loadProvider } from '#app/providers.ts';
import { REAL_STAGES } from '#provider/real-stages.ts';
import { parse } from 'yaml';
import { Desk } from './support/desk.ts';

const REGION = 'eu-west-3';
const UID = 'abcdefghijklmnopqrstuvwx23';
/** What a stub may take, with everything. EC2 itself takes four times as much. */
const USER_DATA_BYTES_MAX = 4_096;

async function providerNamed(provider: 'aws' | 'simulator') {
  await using desk = await Desk.alone();
  const known = { provider, region: REGION, simulator: undefined, local: undefined };
  return await loadProvider(known, { ports: desk.ports(), places: desk.places, emit: () => undefined });
}

test('machines of AWS are real, and can be cared for; those of a simulated account are neither', async () => {
  const [real, acted] = [await providerNamed('aws'), await providerNamed('simulator')];
  expect([real.constructs.realStages, acted.constructs.realStages]).toEqual([REAL_STAGES, undefined]);
  await using desk = await Desk.alone();
  const { clock, random } = desk.ports();
  const cared = [real, acted].map((module) => module.connect({ region: REGION, clock, random }).care !== undefined);
  expect(cared).toEqual([true, false]);
});

test('what a machine is told is cloud-config that names its bucket, and fits', async () => {
  await using desk = await Desk.alone();
  const userDataOf = await bucketUserData({ ports: desk.ports() });
  const mailbox = { bucket: `bootstrap-${UID}`, region: REGION };
  const stub = { format: 1, cluster: UID, ...mailbox } as const;
  const text = userDataOf({ stub, mailbox, role: 'control-plane' });
  expect(text).toMatch(/^#cloud-config\n/);
  expect(parse(text)).toMatchObject({ disable_root: false });
  expect(text).toContain(`bootstrap-${UID}`);
  expect(text).toContain('ROLE=control-plane');
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(USER_DATA_BYTES_MAX);
  expect(userDataOf({ stub, mailbox, role: 'control-plane' })).toBe(text);
  expect(userDataOf({ stub, mailbox, role: 'worker' })).not.toBe(text);
});
