import { isProblem, problem } from '#engine/problem.ts';
import { askSettled, createSettled, type Patience, type StorePorts, swapSettled } from '#state/conditional-write.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { isRegisterKey, LEASE_KEY } from '#state/object-keys.ts';
import type { Target } from './app.ts';
import { DEADLINES } from './deadlines.ts';
import { openCluster, type OpenCluster } from './open-cluster.ts';
import { meantCluster } from './read-cluster.ts';
import { locateState, type StatePlace } from './state-location.ts';
import type { Workstation } from './workstation.ts';

/**
 * Makes a copy of a state in a directory of this workstation the one that counts: for when the original is lost. From
 * here the next apply brings it to where it belongs.
 */
export async function stateRestore(
  workstation: Workstation,
  target: Target,
  { from }: { readonly from: string },
  signal: AbortSignal,
): Promise<string> {
  const { ports, places, clusters } = workstation;
  const { known } = await meantCluster(workstation, target);
  const cluster = await openCluster(known, { ports, places, emit: () => undefined });
  const { local } = cluster.locations;
  await refuseWhileThere(cluster, signal);
  if (from !== local.objects.location) await copyTo(cluster, from, signal);
  if ((await local.store.standing({ signal })).is === 'absent') {
    throw problem('state.absent', { detail: `${from} holds no state.` });
  }
  await using lease = await local.store.promote({ signal });
  await clusters.update(known.name, { isAttached: false, isDeleted: lease.snapshot.tombstone });
  return `${lease.snapshot.records.size} resources are known again, from ${from}.`;
}

/** A copy is older than its original: while that can be found, it alone counts. */
async function refuseWhileThere({ locations }: OpenCluster, signal: AbortSignal): Promise<void> {
  const place = await locateState({ ...locations, mayBegin: false }, signal).catch((error: unknown) => {
    if (isProblem(error, 'state.absent')) return undefined;
    throw error;
  });
  if (place !== undefined) throw problem('state.in-the-way', { detail: `The state is in ${place.title}, unharmed.` });
}

/** Everything but the lease, the head as the last: half a copy is none. */
async function copyTo({ locations: { local }, ports }: OpenCluster, from: string, signal: AbortSignal): Promise<void> {
  await refuseOccupied(local, signal);
  const { clock, random, files } = ports;
  const source: StorePorts = { objects: new DirectoryStore({ root: from, files, random }), clock, random };
  const destination: StorePorts = { objects: local.objects, clock, random };
  const deadlineMs = clock.monotonicMs() + DEADLINES.copyMs;
  const patience: Patience = { deadlineMs: () => deadlineMs, signal };
  const keys = await askSettled(source, () => source.objects.listObjects(''), patience);
  for (const key of keys.filter((candidate) => !isRegisterKey(candidate))) {
    const body = await askSettled(source, () => source.objects.readObject(key), patience);
    if (body !== undefined) await createSettled(destination, key, body, patience);
  }
  for (const key of keys.filter((candidate) => isRegisterKey(candidate) && candidate !== LEASE_KEY)) {
    const register = await askSettled(source, () => source.objects.readRegister(key), patience);
    if (register === undefined) continue;
    await swapSettled(destination, { key, body: register.body, expected: undefined }, patience);
  }
}

async function refuseOccupied({ store, objects }: StatePlace, signal: AbortSignal): Promise<void> {
  if ((await store.standing({ signal })).is === 'absent') return;
  throw problem('state.in-the-way', { detail: `There is one in ${objects.location}.` });
}
