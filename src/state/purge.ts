import { problem } from '#engine/problem.ts';
import { mapLimit } from '#std/map-limit.ts';
import { askSettled } from './conditional-write.ts';
import { takeoverMs } from './lease.ts';
import { HEAD_KEY, LEASE_KEY, parseSnapshotKey } from './object-keys.ts';
import type { StateLease } from './state-lease.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';

const REMOVALS_AT_ONCE = 16;

/**
 * Empties the store of a cluster that is deleted. Nothing is removed before every request that an earlier holder may
 * have sent has ended, and the head goes last: a purge that dies half-way finds a state that still says "deleted".
 */
export async function purgeStore(ports: StatePorts, lease: StateLease, signal?: AbortSignal): Promise<void> {
  if (!lease.snapshot.tombstone) throw problem('state.not-deleted', { detail: `${ports.objects.location} is in use.` });
  await lease.writeSnapshot();
  await ports.clock.sleep(takeoverMs(ports.policy, ports.policy), signal);
  lease.lost.throwIfAborted();
  const keys = await list(ports);
  const last = keys.findLast((key) => parseSnapshotKey(key) !== undefined);
  await removeAll(
    ports,
    keys.filter((key) => key !== HEAD_KEY && key !== LEASE_KEY && key !== last),
  );
  await removeAll(ports, [HEAD_KEY]);
  await removeAll(ports, last === undefined ? [] : [last]);
}

/** The lease itself, once its holder has let go; and what a purge that died has left without a head. */
export async function removeRemains(ports: StatePorts): Promise<void> {
  const keys = await list(ports);
  if (!keys.includes(HEAD_KEY)) await removeAll(ports, keys);
}

function list(ports: StatePorts): Promise<readonly string[]> {
  return askSettled(ports, () => ports.objects.listObjects(''), patienceFromNow(ports));
}

async function removeAll(ports: StatePorts, keys: readonly string[]): Promise<void> {
  const patience = patienceFromNow(ports);
  await mapLimit(keys, REMOVALS_AT_ONCE, (key) => askSettled(ports, () => ports.objects.removeObject(key), patience));
}
