import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { isProblem, type Problem } from '#engine/problem.ts';
import { clusterFile, Desk, FOREVER, NAME, TARGET, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const TOO_MANY = 140;

/** What refuses it, all of it thrown at once. */
async function refusalOf(task: Promise<unknown>): Promise<Problem> {
  const error: unknown = await task.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isProblem(error)) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

test('a cluster that the account has no room for is not begun: nothing is noted, and another file is welcome', async () => {
  await using desk = await Desk.alone();
  const refusal = await refusalOf(desk.create(clusterFile({ workers: TOO_MANY })));
  expect(refusal.code).toBe('preflight.failed');
  expect(refusal.detail.split('\n')).toEqual([
    'quota.vcpus: vCPUs of Standard machines: 284 needed (0 there, 284 more), and the account may have 256.',
    '  Ask for at least 284: https://eu-west-3.console.aws.amazon.com/servicequotas/home/services/ec2/quotas/L-1216C47A',
    expect.stringMatching(/^quota\.addresses: Elastic IP addresses: 141 needed \(0 there, 141 more\)/),
    expect.stringContaining('network.addresses: dynamic'),
  ]);
  expect(desk.events).toEqual([]);
  expect(await desk.app().list()).toEqual([]);
  await expect(access(desk.places.clusters)).rejects.toThrow('ENOENT');
  expect(await desk.create(clusterFile({ region: 'eu-west-1' }))).toMatchObject({ ok: true });
});

test('what was found is said once, after the plan and before anything is made', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const told = desk.events.flatMap((event, index) => (event.type === 'preflight' ? [{ event, index }] : []));
  expect(told).toHaveLength(1);
  const [first] = told;
  expect(first?.event.findings.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 10 }, () => 'good'));
  expect(first?.event.findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['credentials', 'permissions', 'quota.vcpus', 'machine-types', 'image', 'domain']),
  );
  const at = (type: string) => desk.events.findIndex((event) => event.type === type);
  expect(at('planned')).toBeLessThan(first?.index ?? 0);
  expect(at('change-started')).toBeGreaterThan(first?.index ?? Infinity);
});

test('an apply that makes nothing looks at nothing; one that does, does', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  desk.events.length = 0;
  await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED);
  expect(desk.events.map(({ type }) => type)).not.toContain('preflight');
  await desk.edit(clusterFile({ workers: 2 }));
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  const findings = desk.events.flatMap((event) => (event.type === 'preflight' ? event.findings : []));
  expect(findings.find(({ check }) => check === 'quota.vcpus')?.what).toBe(
    'vCPUs of Standard machines: 8 of 256 (6 there, 2 more).',
  );
  expect(findings.map(({ check }) => check)).not.toContain('quota.networks');
});

test('an apply, or a saved plan, that the account has no room for makes nothing of it', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  await desk.edit(clusterFile({ workers: TOO_MANY }));
  const planFile = join(desk.home, 'grow.plan');
  const planned = await desk.app().plan(TARGET, { refresh: true, savePlanTo: planFile }, FOREVER);
  expect(planned.preflight.filter(({ verdict }) => verdict === 'bad').map(({ check }) => check)).toEqual([
    'quota.vcpus',
    'quota.addresses',
  ]);
  for (const options of [{ wait: false }, { wait: false, planFile }]) {
    desk.events.length = 0;
    const outcome = await desk.app().apply(TARGET, options, UNINTERRUPTED);
    expect(outcome).toMatchObject({ ok: false, done: 0, failed: [{ code: 'preflight.failed' }] });
    expect(desk.events.map(({ type }) => type)).not.toContain('change-started');
  }
  // For whoever else works on the cluster, the file of before is in force.
  const neighbour = await desk.neighbour();
  await neighbour.app().attach({ name: NAME, provider: 'simulator', region: 'eu-west-3' }, FOREVER);
  expect(await neighbour.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  await desk.edit(clusterFile());
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true, preflight: [] });
});

test('the only machine of a control plane is not replaced, unless others can keep meanwhile what its etcd holds', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const another = (controlPlanes: number) => `${clusterFile({ controlPlanes })}image: { system: debian-12 }\n`;
  await desk.edit(another(1));
  desk.events.length = 0;
  const outcome = await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED);
  expect(outcome).toMatchObject({ ok: false, done: 0, failed: [{ code: 'preflight.failed' }] });
  expect(outcome.failed[0]?.detail.split('\n')).toEqual([
    'quorum: eu-west-3.machine.control-plane-1 is to be replaced, and no other machine can keep what its etcd holds meanwhile',
    '  With a count of 3 the same change is made without a loss; after that 1 can be written again. Or: bootstrap etcd snapshot, delete, create, etcd restore.',
  ]);
  expect(desk.events.map(({ type }) => type)).not.toContain('change-started');
  await desk.edit(another(3));
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  await desk.edit(another(1));
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
});

test('a plan tells what would hinder it, unless the provider is not to be asked', async () => {
  await using desk = await Desk.alone();
  const file = join(desk.home, 'large.yaml');
  await writeFile(file, clusterFile({ workers: TOO_MANY }));
  const asking = await desk.app().plan({ file }, { refresh: true }, FOREVER);
  expect(asking.preflight.filter(({ verdict }) => verdict === 'bad')).toHaveLength(2);
  expect(await desk.app().plan({ file }, { refresh: false }, FOREVER)).toMatchObject({ preflight: [] });
});
