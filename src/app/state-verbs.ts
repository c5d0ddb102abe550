import { describeHolder } from '#state/lease.ts';
import type { Target } from './app.ts';
import { type HistoryLine, journalLines } from './journal-reading.ts';
import { findCluster, readCluster } from './read-cluster.ts';
import type { Workstation } from './workstation.ts';

/** The state as plain data; a secret is there as its fingerprint. */
export async function stateShow(workstation: Workstation, target: Target, signal: AbortSignal): Promise<unknown> {
  const { snapshot, place } = await readCluster(workstation, target, signal);
  const { serial } = snapshot;
  const shown: unknown = JSON.parse(JSON.stringify({ place: place.title, serial, ...snapshot.toDocument() }));
  return shown;
}

export async function stateHistory(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): Promise<readonly HistoryLine[]> {
  const { place } = await findCluster(workstation, target, signal);
  return journalLines(await place.store.history(signal));
}

/** Takes the lease from whoever holds it and gives it back: the run that had it stops before it can do any more. */
export async function stateUnlock(workstation: Workstation, target: Target, signal: AbortSignal): Promise<string> {
  const { place } = await findCluster(workstation, target, signal);
  const driver = await place.store.driver(signal);
  await using lease = await place.store.steal({ signal });
  const from = driver === undefined || driver.released ? 'It was free' : `It was with ${describeHolder(driver.holder)}`;
  return `${from}; it is free now, at generation ${lease.generation}.`;
}
