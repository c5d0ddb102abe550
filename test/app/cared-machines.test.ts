import { expect, test, vi } from 'vitest';
import type { NodeStatus } from '#app/app.ts';
import { lookedAfter } from '#app/cared-machines.ts';
import { KnownClusters } from '#app/known-clusters.ts';
import { withPower } from '#app/node-power.ts';
import { readCluster } from '#app/read-cluster.ts';
import { isProblem } from '#engine/problem.ts';
import type { MachineCare, Power } from '#provider/machine-care.ts';
import { Desk, FOREVER, TARGET } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Nobody is to be asked for anything here. */
const CARE: MachineCare = {
  powerOf: async () => 'on',
  stop: async () => undefined,
  start: async () => undefined,
  consoleOf: async (id) => ({ file: `/consoles/${id}` }),
  shellOf: () => Promise.reject(new Error('nobody is in')),
  waysTo: async () => [],
};

test('machines are found by their nodes, and by no other name', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const app = desk.app();
  const refusal = await app
    .power(TARGET, { to: 'stop', nodes: [], tell: () => undefined }, FOREVER)
    .catch((error: unknown) => error);
  expect(isProblem(refusal, 'provider.lacks-verb') && refusal.detail).toBe(
    'demo is made by simulator, whose machines are looked after by other means.',
  );
  await expect(app.shell(TARGET, 'worker-1', FOREVER)).rejects.toMatchObject({ code: 'provider.lacks-verb' });

  const ports = desk.ports();
  const workstation = { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) };
  const { cluster, snapshot } = await readCluster(workstation, TARGET, FOREVER);
  const connection = { ...cluster.connection, care: CARE };
  const { nodes, idOf } = lookedAfter({ cluster: { ...cluster, connection }, snapshot });
  expect(nodes).toEqual(['control-plane-1', 'storage-1', 'worker-1']);
  const ids = nodes.map(idOf);
  expect(ids.every((id) => /^i-[0-9a-f]+$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(3);
  expect(refusalOf(() => idOf('wroker-1'))).toBe('demo has no machine of a node "wroker-1". Did you mean "worker-1"?');
  expect(refusalOf(() => idOf('database'))).toBe(
    'demo has no machine of a node "database". It has control-plane-1, storage-1, worker-1.',
  );
});

test('status tells of machines that are off or gone, whatever the state says', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const ports = desk.ports();
  const workstation = { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) };
  const reading = await readCluster(workstation, TARGET, FOREVER);
  const { nodes } = await desk.app().status(TARGET, FOREVER);
  expect(await withPower(reading, nodes)).toEqual(nodes);
  const powers: readonly Power[] = ['on', 'off', 'gone'];
  const { cluster, snapshot } = reading;
  const powerOf: MachineCare['powerOf'] = async (id) => powers[ids.indexOf(id)] ?? 'on';
  const connection = { ...cluster.connection, care: { ...CARE, powerOf } };
  const cared = { cluster: { ...cluster, connection }, snapshot };
  const machines = lookedAfter(cared);
  const ids = machines.nodes.map(machines.idOf);
  const told = await withPower(cared, [
    ...nodes,
    ...nodes.slice(0, 1).map((node): NodeStatus => ({ ...node, name: 'worker-9', state: 'missing' })),
  ]);
  expect(Object.fromEntries(told.map(({ name, state, detail }) => [name, [state, detail]]))).toEqual({
    'control-plane-1': ['ready', 'ready'],
    'storage-1': ['off', 'bootstrap start demo storage-1'],
    'worker-1': ['failed', 'its machine is gone; the next apply makes another'],
    'worker-9': ['missing', 'ready'],
  });
});

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isProblem(error, 'node.unknown')) return error.detail;
    throw error;
  }
  return 'not refused';
}
