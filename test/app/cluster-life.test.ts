import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { LoggedEvent } from '#app/app.ts';
import { isProblem } from '#engine/problem.ts';
import { clusterFile, Desk, FOREVER, NAME, TARGET, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a cluster lives from create to delete, and the account is as empty as before', async () => {
  await using desk = await Desk.alone();
  const app = desk.app();
  const created = await desk.create();
  expect(created).toMatchObject({ ok: true, failed: [], skipped: [] });
  expect(desk.events.filter(({ type }) => type === 'state-moved')).toHaveLength(1);

  expect(await app.plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true, changes: [] });

  const status = await app.status(TARGET, FOREVER);
  expect(status.nodes.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'control-plane-1 ready',
    'worker-1 ready',
    'storage-1 ready',
  ]);
  expect(status).toMatchObject({ isDeleted: false, driver: undefined, resources: { unfinished: [] } });
  expect(status.resources.ready).toBe(status.resources.total);

  const outputs = new Map((await app.outputs(TARGET, FOREVER)).map(({ name, value }) => [name, value]));
  expect(outputs.get('api')).toBe('api.demo.example.com');
  expect(outputs.get('state')).toBe(`s3://bootstrap-${status.uid}/state/`);
  expect(outputs.get('node worker-1')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);

  const logged = await all(app.events(TARGET, { follow: false }, FOREVER));
  expect(logged.map(({ event }) => event)).toEqual(JSON.parse(JSON.stringify(desk.events)));
  expect(new Set(logged.map(({ run }) => run)).size).toBe(1);

  expect(await app.why(TARGET, 'worker-1', FOREVER)).toMatchObject({ kind: 'node', status: 'ready' });
  const history = await app.stateHistory(TARGET, FOREVER);
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
  expect(history.flatMap(({ lines }) => lines)).toContain('ready eu-west-3.node.worker-1');
  expect(JSON.stringify(await app.stateShow(TARGET, FOREVER))).toContain('‹secret');

  const deleted = await desk.delete();
  expect(deleted).toMatchObject({ ok: true, failed: [] });
  expect(deleted.outputs).toContainEqual({ name: 'left_in_account', value: '0' });
  expect(await app.status(TARGET, FOREVER)).toMatchObject({ isDeleted: true, nodes: [], resources: { total: 0 } });
  expect(await app.list()).toEqual([{ name: NAME, provider: 'simulator', isDeleted: true }]);
});

test('what was created is created again only in name: its second life has another uid', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const { uid } = await desk.app().status(TARGET, FOREVER);
  await desk.delete();
  expect(await desk.delete()).toMatchObject({ ok: true, done: 0 });
  expect(await desk.create()).toMatchObject({ ok: true });
  const second = await desk.app().status(TARGET, FOREVER);
  expect(second).toMatchObject({ isDeleted: false });
  expect(second.uid).not.toBe(uid);
});

test('create of a cluster that is there goes on with it, and says so', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  desk.events.length = 0;
  expect(await desk.create()).toMatchObject({ ok: true, done: 0 });
  expect(desk.events[0]).toMatchObject({ type: 'run-started', run: { verb: 'create', continues: true } });
});

test('a file that the cluster can become is taken up by apply, and asked for by plan before', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const grown = clusterFile({ workers: 2 });
  await desk.edit(grown);
  const plan = await desk.app().plan(TARGET, { refresh: true }, FOREVER);
  expect(plan.changes.filter(({ action }) => action === 'create').map(({ address }) => address)).toEqual([
    'eu-west-3.address.worker-2',
    'eu-west-3.machine.worker-2',
    'eu-west-3.machine.worker-2.address',
    'eu-west-3.peer.worker-2',
    'eu-west-3.certificate.worker-2.kubelet',
    'eu-west-3.certificate.worker-2.proxy',
    'eu-west-3.node.worker-2',
  ]);
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  const { nodes } = await desk.app().status(TARGET, FOREVER);
  expect(nodes.map(({ name }) => name)).toContain('worker-2');
});

test('a file of another cluster of that name is refused, and nothing is touched', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const outcome = await desk.create(clusterFile({ region: 'eu-west-1' }));
  expect(outcome.failed).toMatchObject([{ code: 'cluster.exists-differently' }]);
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
});

test('a saved plan does what it says, once', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  await desk.edit(clusterFile({ workers: 2 }));
  const planFile = `${desk.home}/grow.plan`;
  await desk.app().plan(TARGET, { refresh: true, savePlanTo: planFile }, FOREVER);
  const options = { planFile, wait: false };
  expect(await desk.app().apply(TARGET, options, UNINTERRUPTED)).toMatchObject({ ok: true });
  const again = await desk.app().apply(TARGET, options, UNINTERRUPTED);
  expect(again.failed).toMatchObject([{ code: 'plan.stale' }]);
});

test('what would be created is shown before there is anything', async () => {
  await using desk = await Desk.alone();
  await desk.edit(clusterFile());
  const { changes, isEmpty } = await desk.app().plan({ file: desk.places.of(NAME).file }, { refresh: true }, FOREVER);
  expect(isEmpty).toBe(false);
  expect(changes.map(({ address, action }) => `${action} ${address}`)).toEqual(
    expect.arrayContaining(['create state.key', 'create state.bucket', 'create eu-west-3.node.worker-1']),
  );
  expect(await desk.app().list()).toEqual([]);
});

test('who does not confirm deletes nothing', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  let seen = 0;
  const confirm = async ({ changes }: { readonly changes: readonly unknown[] }) => {
    seen = changes.length;
    return false;
  };
  const outcome = await desk.app().delete(TARGET, { wait: false, confirm }, UNINTERRUPTED);
  expect(outcome).toMatchObject({ ok: false, done: 0, failed: [] });
  expect(seen).toBeGreaterThan(20);
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
});

test('a cluster that nobody knows is named with those that are known', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const error: unknown = await desk
    .app()
    .status({ name: 'demi' }, FOREVER)
    .catch((reason: unknown) => reason);
  expect(isProblem(error, 'cluster.unknown') && error.detail).toBe(
    'This workstation does not know demi; it knows demo.',
  );
});

async function all(events: AsyncIterable<LoggedEvent>): Promise<readonly LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

test('a cluster that is yet to be made is planned as such, and is asked to be created before it is applied', async () => {
  await using desk = await Desk.alone();
  const app = desk.app();
  const target = { file: join(desk.home, 'fresh.yaml') };
  await writeFile(target.file, clusterFile());
  expect(await app.plan(target, { refresh: true }, FOREVER)).toMatchObject({ exists: false, isEmpty: false });
  const refusal: unknown = await app.apply(target, { wait: false }, UNINTERRUPTED).catch((error: unknown) => error);
  expect(isProblem(refusal, 'cluster.unknown') && refusal.detail).toContain(`bootstrap create -f ${target.file}`);
});

test('a provider that does not say who asks makes no cluster: nothing is noted of it', async () => {
  await using desk = await Desk.alone();
  await mkdir(join(desk.building, 'data'));
  await writeFile(join(desk.building, 'data', 'bootstrap'), 'in the way of every simulated account');
  const refusal: unknown = await desk.create().catch((error: unknown) => error);
  expect(isProblem(refusal)).toBe(true);
  expect(await desk.app().list()).toEqual([]);
});
