import type { ClusterUid } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import type { StateStore } from '#state/state-store.ts';
import { describeHolder } from '#state/lease.ts';
import type { ClusterStatus, Target, UnfinishedResource } from './app.ts';
import { ageingAuthorities } from './ageing-authorities.ts';
import { foreseeDemand } from './cluster-plan.ts';
import { rotationsIn } from './converge-phases.ts';
import { delegationOf } from './delegation.ts';
import { DEADLINES } from './deadlines.ts';
import { nodeStatuses, type Waiting } from './node-status.ts';
import { withPower } from './node-power.ts';
import { headingOf } from './open-cluster.ts';
import { type ClusterReading, readCluster } from './read-cluster.ts';
import { RunLogs } from './run-logs.ts';
import type { Workstation } from './workstation.ts';

/** A cluster as its state and the run logs of this workstation tell it. */
export async function status(workstation: Workstation, target: Target, signal: AbortSignal): Promise<ClusterStatus> {
  return describe(workstation, await readCluster(workstation, target, signal), signal);
}

/** The same again and again, until nobody listens any more. */
export async function* watch(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): AsyncGenerator<ClusterStatus> {
  while (!signal.aborted) {
    yield await status(workstation, target, signal);
    await workstation.ports.clock.sleep(DEADLINES.watchMs, signal).catch(() => undefined);
  }
}

async function describe(
  workstation: Workstation,
  reading: ClusterReading,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const { cluster, place, snapshot, file } = reading;
  const { spec } = file;
  const [heading, driver, demand, waiting, delegation] = await Promise.all([
    headingOf(cluster, signal),
    driverOf(place.store, signal),
    foreseeDemand(cluster, place, spec),
    lastWaits(reading),
    delegationOf(cluster, { snapshot, spec }, signal),
  ]);
  const nodes = nodeStatuses({ spec, demand, snapshot, lastWaiting: (address) => waiting.get(address) });
  return {
    heading,
    uid: cluster.known.uid,
    nodes: snapshot.tombstone ? [] : await withPower(reading, nodes),
    resources: countResources(snapshot),
    delegation,
    rotations: rotationsIn(snapshot),
    ageing: ageingAuthorities(snapshot, workstation.ports.clock.wallMs()),
    driver,
    places: await placesOf(workstation, reading),
    isDeleted: snapshot.tombstone,
  };
}

function countResources({ records }: Snapshot): ClusterStatus['resources'] {
  const all = [...records.values()];
  const unfinished = all.flatMap(({ address, status: state, problem }): readonly UnfinishedResource[] =>
    state === 'ready' && problem === undefined ? [] : [{ address, status: state, problem: problem?.detail }],
  );
  return { total: all.length, ready: all.filter(({ status: state }) => state === 'ready').length, unfinished };
}

async function driverOf(store: StateStore, signal: AbortSignal): Promise<string | undefined> {
  const lease = await store.driver(signal);
  return lease === undefined || lease.released ? undefined : describeHolder(lease.holder);
}

/** What each resource was last heard to wait for, in the runs of this workstation. */
async function lastWaits({ cluster }: ClusterReading): Promise<ReadonlyMap<string, Waiting>> {
  const waits = new Map<string, Waiting>();
  for (const { event } of await new RunLogs(cluster.ports, cluster.places.runs).readNew()) {
    if (event.type === 'run-started') waits.clear();
    if (event.type !== 'waiting') continue;
    const { address, waitingFor, progress } = event;
    waits.set(address, { waitingFor, progress: progress ?? waits.get(address)?.progress });
  }
  return waits;
}

async function placesOf({ places }: Workstation, { cluster, place }: ClusterReading): Promise<ClusterStatus['places']> {
  const { known } = cluster;
  const account = known.simulator?.account;
  return [
    { what: 'cluster file', where: cluster.places.file },
    { what: 'state', where: place.title },
    { what: 'run logs', where: cluster.places.runs },
    ...(account === undefined ? [] : [{ what: 'simulated account', where: places.simulatedAccount(account) }]),
    ...(known.provider === 'local' ? [{ what: 'machines', where: await machinesOf(places, known.uid) }] : []),
  ];
}

async function machinesOf({ local }: Workstation['places'], uid: ClusterUid): Promise<string> {
  const { localPlaces } = await import('#providers/local/local-places.ts');
  return localPlaces(local).of(uid).machines;
}
