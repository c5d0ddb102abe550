import { describe, expect, test, vi } from 'vitest';
import type { App, RotationNews } from '#app/app.ts';
import { holdersIn, silentAmong } from '#app/holders.ts';
import { KnownClusters } from '#app/known-clusters.ts';
import { readCluster } from '#app/read-cluster.ts';
import type { Workstation } from '#app/workstation.ts';
import type { RotationPhase } from '#cluster/trust.ts';
import { parseAddress } from '#engine/address.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { MachineCare, Power } from '#provider/machine-care.ts';
import { hasIssued } from '#std/certificate.ts';
import { clusterFile, Desk, FOREVER, TARGET, UNINTERRUPTED } from './support/desk.ts';
import {
  authoritiesOf,
  authorityFor,
  firstHeld,
  type Held,
  heldSince,
  strangersAmong,
} from './support/trust-record.ts';

vi.setConfig({ testTimeout: 120_000 });

const QUORUM = clusterFile({ controlPlanes: 3 });
const QUORUM_NODES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const ALL = { authorities: [], wait: false };
/** Every node shows more than one thing that this one has signed. */
const CLUSTER = { authorities: ['cluster'], wait: false };
const OTHERS = 2;
/** A control plane has nine keys, any other node two. */
const HELD = QUORUM_NODES.length * 9 + OTHERS * 2;
const ROTATED = ['authority.cluster.2', 'authority.etcd.2', 'authority.front-proxy.2', 'authority.service-account'];

/** Nobody is to be asked for anything here. */
const CARE: MachineCare = {
  powerOf: async () => 'on',
  stop: async () => undefined,
  start: async () => undefined,
  consoleOf: async (id) => ({ file: `/consoles/${id}` }),
  shellOf: () => Promise.reject(new Error('nobody is in')),
  waysTo: async () => [],
};

function newsOf(desk: Desk): readonly string[] {
  return desk.events
    .filter((event): event is RotationNews => event.type === 'rotation')
    .map(({ authority, news, phase }) => [authority, news, phase].filter(Boolean).join(' '));
}

async function refusalOf(app: App, authorities: readonly string[] = []): Promise<Problem | undefined> {
  const refusal: unknown = await app
    .rotate(TARGET, { authorities, wait: false }, UNINTERRUPTED)
    .catch((error: unknown) => error);
  return isProblem(refusal) ? refusal : undefined;
}

describe('a rotation', () => {
  test('lets another authority take the place of the old one, and at no moment is anybody a stranger to anybody', async () => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    const first = await firstHeld(desk);
    desk.events.length = 0;
    const app = desk.app();
    expect(await app.rotate(TARGET, ALL, UNINTERRUPTED)).toMatchObject({ ok: true, failed: [] });
    const turns = ['begins introduce', 'goes-on sign', 'goes-on forget', 'goes-on end', 'ended'];
    expect(newsOf(desk).toSorted()).toEqual(
      ['cluster', 'etcd', 'front-proxy'].flatMap((name) => turns.map((turn) => `${name} ${turn}`)).toSorted(),
    );
    expect(await authoritiesOf(desk)).toEqual(ROTATED);
    const held = await heldSince(desk, first);
    expect(held).toHaveLength(HELD * 4);
    expect(strangersAmong(held)).toEqual([]);
    expectNew(held, first);
    expect(await app.plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true, rotations: [] });
    expect(await app.status(TARGET, FOREVER)).toMatchObject({ rotations: [], resources: { unfinished: [] } });
  });

  test('goes on where it was left, with the next rotate or apply, and says how far it is', async () => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    const first = await firstHeld(desk);
    for (const [index, phase] of (['introduce', 'sign', 'forget'] as const).entries()) {
      const { app, abort } = leftAt(desk, phase);
      const interrupted = await app.rotate(TARGET, CLUSTER, { stop: FOREVER, abort });
      expect(interrupted).toMatchObject({ ok: false });
      const rotations = [{ authority: 'cluster', phase }];
      expect(await desk.app().status(TARGET, FOREVER)).toMatchObject({ rotations });
      expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: false, rotations });
      expect(newsOf(desk).filter((news) => news.includes('begins'))).toHaveLength(1);
      expect(desk.events.findLast(({ type }) => type === 'run-started')).toMatchObject(
        index === 0 ? { run: { verb: 'rotate' } } : { run: { verb: 'rotate', continues: true } },
      );
    }
    expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true, failed: [] });
    expect(await authoritiesOf(desk)).toEqual([
      'authority.cluster.2',
      'authority.etcd',
      'authority.front-proxy',
      'authority.service-account',
    ]);
    const held = await heldSince(desk, first);
    expect(strangersAmong(held)).toEqual([]);
    expectNew(held, first, 'cluster');
  });

  test('is one, however many ask for it: who does not wait is refused, who waits finds it done', async () => {
    await using desk = await Desk.alone();
    await desk.create();
    const begun = Promise.withResolvers<void>();
    const first = desk.app({
      emit(event) {
        if (event.type === 'change-started' && event.address === 'rotation.front-proxy') begun.resolve();
      },
    });
    const running = first.rotate(TARGET, ALL, UNINTERRUPTED);
    await begun.promise;
    const patient = desk.app().rotate(TARGET, { ...ALL, wait: true }, UNINTERRUPTED);
    const refused = await desk.app().rotate(TARGET, ALL, UNINTERRUPTED);
    expect(refused.failed).toMatchObject([{ code: 'state.lease-held' }]);
    expect(await running).toMatchObject({ ok: true });
    expect(await patient).toMatchObject({ ok: true, done: 0 });
    expect(await authoritiesOf(desk)).toEqual(ROTATED);
  });

  test('has a node that comes or is made again meanwhile take part in it', async () => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    const { app, abort } = leftAt(desk, 'sign');
    await app.rotate(TARGET, CLUSTER, { stop: FOREVER, abort });
    await endMachineOf(desk, 'control-plane-2');
    expect(await desk.app().rotate(TARGET, ALL, UNINTERRUPTED)).toMatchObject({ ok: true, failed: [] });
    expect(await authoritiesOf(desk)).toContain('authority.cluster.2');
    const held = [...(await firstHeld(desk)).values()].flat();
    expect(held.map(({ node }) => node)).toEqual(expect.arrayContaining([...QUORUM_NODES]));
    expect(strangersAmong(held)).toEqual([]);
    expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  });

  test('makes nothing else of a cluster, follows another one, and leaves nothing that hinders a deletion', async () => {
    await using desk = await Desk.alone();
    await desk.create();
    await desk.edit(clusterFile({ workers: 2 }));
    expect(await desk.app().rotate(TARGET, ALL, UNINTERRUPTED)).toMatchObject({ ok: true });
    const { changes } = await desk.app().plan(TARGET, { refresh: true }, FOREVER);
    expect(changes.map(({ address }) => address)).toContain('eu-west-3.node.worker-2');
    const again = { ...ALL, authorities: ['etcd'] };
    expect(await desk.app().rotate(TARGET, again, UNINTERRUPTED)).toMatchObject({ ok: true });
    expect(await authoritiesOf(desk)).toContain('authority.etcd.3');
    expect(await desk.delete()).toMatchObject({ ok: true, failed: [] });
  });
});

describe('before anything is begun', () => {
  test('an authority that is not there is refused, with the one that was meant', async () => {
    await using desk = await Desk.alone();
    await desk.create();
    expect(await refusalOf(desk.app(), ['etdc'])).toMatchObject({
      code: 'authority.unknown',
      detail: 'demo has no authority for "etdc". Did you mean "etcd"?',
    });
    expect(await refusalOf(desk.app(), ['etcd', 'database'])).toMatchObject({
      detail: 'demo has no authority for "database". It has cluster, etcd, front-proxy.',
    });
  });

  test('what machines cannot be told anew is refused, with what can be rotated', async () => {
    await using desk = await Desk.alone();
    await desk.create();
    expect(await refusalOf(desk.app(), ['etcd', 'service-account'])).toMatchObject({
      code: 'rotation.not-offered',
      detail:
        'service-account: Machines know it by their welcome alone, and cannot be told of another. What can be rotated: cluster, etcd, front-proxy.',
    });
    expect(await authoritiesOf(desk)).toContain('authority.service-account');
  });

  test('a machine that is gone is named, and no authority is made', async () => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    await endMachineOf(desk, 'control-plane-2');
    desk.events.length = 0;
    const outcome = await desk.app().rotate(TARGET, ALL, UNINTERRUPTED);
    expect(outcome).toMatchObject({ ok: false, done: 0, failed: [{ code: 'rotation.machines-silent' }] });
    expect(outcome.failed.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^control-plane-2: .*\.$/)]);
    expect(newsOf(desk)).toEqual([]);
    expect((await authoritiesOf(desk)).filter((address) => address.endsWith('.2'))).toEqual([]);
  });

  test('machines that are off or gone are named; one that has gone meanwhile hinders nobody who goes on', async () => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    const reading = await readCluster(workstationOf(desk), TARGET, FOREVER);
    const powers: readonly Power[] = ['on', 'off', 'gone'];
    const asked: string[] = [];
    const powerOf: MachineCare['powerOf'] = async (id) => powers[asked.push(id) - 1] ?? 'on';
    const connection = { ...reading.cluster.connection, care: { ...CARE, powerOf } };
    const looking = { ...reading, cluster: { ...reading.cluster, connection } };
    const holders = holdersIn(reading, new Set(['etcd']));
    expect(holdersIn(reading, new Set(['service-account']))).toEqual([]);
    expect(holdersIn(reading, new Set(['cluster']))).toHaveLength(QUORUM_NODES.length + OTHERS);
    const silent = await silentAmong(looking, holders, false);
    expect(silent).toEqual([
      expect.stringMatching(/^control-plane-\d: its machine is off\.$/),
      expect.stringMatching(/ gone\.$/),
    ]);
    asked.length = 0;
    expect(await silentAmong(looking, holders, true)).toEqual(silent.slice(0, 1));
  });
});

/** An app whose run is left as soon as machines are asked to confirm a phase. */
function leftAt(desk: Desk, phase: RotationPhase) {
  const leaving = new AbortController();
  const app = desk.app({
    emit(event) {
      desk.events.push(event);
      const isAsking = event.type === 'change-started' && event.address === 'rotation.cluster';
      if (isAsking && phaseNow(desk) === phase) leaving.abort();
    },
  });
  return { app, abort: leaving.signal };
}

function phaseNow(desk: Desk): RotationPhase | undefined {
  return desk.events.findLast((event): event is RotationNews => event.type === 'rotation')?.phase;
}

type First = ReadonlyMap<string, readonly Held[]>;

/** Each shows in the end what one new authority has signed, and believes that one alone. */
function expectNew(held: readonly Held[], first: First, ...authorities: readonly string[]): void {
  const old = new Set([...first.values()].flat().flatMap(({ believed }) => believed));
  const last = held.filter(({ untilMs }) => untilMs === Infinity);
  expect(last).toHaveLength(HELD);
  for (const name of authorities.length === 0 ? ['cluster', 'etcd', 'front-proxy'] : authorities) {
    const own = last.filter(({ purpose }) => authorityFor(purpose) === name);
    const believed = new Set(own.flatMap((one) => one.believed));
    expect(believed.size).toBe(1);
    expect(believed.isDisjointFrom(old)).toBe(true);
    for (const { leaf } of own) expect([...believed].every((authority) => hasIssued(authority, leaf))).toBe(true);
  }
}

function workstationOf(desk: Desk): Workstation {
  const ports = desk.ports();
  return { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) };
}

async function endMachineOf(desk: Desk, node: string): Promise<void> {
  const { cluster, snapshot } = await readCluster(workstationOf(desk), TARGET, FOREVER);
  const machine = snapshot.current(parseAddress(`eu-west-3.machine.${node}`));
  const id =
    machine === undefined ? undefined : cluster.runtime.provider.types.get(machine.kind)?.idOf(machine.outputs);
  await cluster.connection.endMachine(id ?? '', FOREVER);
}
