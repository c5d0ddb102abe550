import type { StorePorts } from '#state/conditional-write.ts';
import type { LoggedEvent, Target } from './app.ts';
import { DEADLINES } from './deadlines.ts';
import { journalEvents } from './journal-reading.ts';
import { findCluster, meantCluster } from './read-cluster.ts';
import { RunLogs } from './run-logs.ts';
import type { Workstation } from './workstation.ts';

/**
 * What happened, oldest run first. Logs of this workstation come without asking anybody; when there are none, those that
 * other workstations have left beside the state; when there are none either, what the journal remembers.
 */
export async function* events(
  workstation: Workstation,
  target: Target,
  { follow }: { readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<LoggedEvent> {
  const { ports, places } = workstation;
  const { known } = await meantCluster(workstation, target);
  const logs = new RunLogs(ports, places.of(known.name).runs);
  const own = await logs.readNew();
  yield* known.isAttached || own.length === 0
    ? merged(await eventsElsewhere(workstation, target, logs, signal), own)
    : own;
  if (!follow) return;
  while (!signal.aborted) {
    await ports.clock.sleep(DEADLINES.followMs, signal).catch(() => undefined);
    yield* await logs.readNew();
  }
}

async function eventsElsewhere(
  workstation: Workstation,
  target: Target,
  logs: RunLogs,
  signal: AbortSignal,
): Promise<readonly LoggedEvent[]> {
  const { cluster, place } = await findCluster(workstation, target, signal);
  const { clock, random } = cluster.ports;
  const ports: StorePorts = { objects: place.objects, clock, random };
  const logged = await logs.readElsewhere(ports, signal);
  return logged.length > 0 ? logged : journalEvents(await place.store.history(signal));
}

/** Runs never overlap: the one that began first comes first. */
function merged(left: readonly LoggedEvent[], right: readonly LoggedEvent[]): readonly LoggedEvent[] {
  return [...left, ...right].toSorted((one, other) => one.atMs - other.atMs);
}
