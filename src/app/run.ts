import { isProblem, problem, type Problem } from '#engine/problem.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { Interruption, Output, RunEvent, RunHeading, RunOutcome } from './app.ts';
import { DEADLINES } from './deadlines.ts';
import type { KnownCluster } from './known-clusters.ts';
import { headingOf, openCluster, type OpenCluster } from './open-cluster.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';
import { asProblem } from './problems.ts';
import { RunLog } from './run-log.ts';
import { RunLogs } from './run-logs.ts';
import { locateState } from './state-location.ts';

export interface RunRequest {
  readonly ports: AppPorts;
  readonly places: Places;
  readonly known: KnownCluster;
  readonly verb: RunHeading['verb'];
  readonly continues?: boolean;
  /** Whether the cluster's name was taken just now. */
  readonly isNew?: boolean;
  readonly interruption: Interruption;
}

/** A verb at work on a cluster: what it says is heard and logged. */
export interface Run {
  readonly cluster: OpenCluster;
  readonly interruption: Interruption;
  readonly emit: (event: RunEvent) => void;
}

/** Does the work of one run, from its first event to its last. What goes wrong on the way is part of how it ends. */
export async function carryOutRun(request: RunRequest, work: (run: Run) => Promise<RunOutcome>): Promise<RunOutcome> {
  const { ports, places, known, verb, continues = false, isNew = false, interruption } = request;
  const directory = places.of(known.name).runs;
  const log = new RunLog(ports, directory);
  let done = 0;
  const emit = (event: RunEvent): void => {
    if (event.type === 'change-finished') done += 1;
    log.write(event);
    ports.emit(event);
  };
  const signal = AbortSignal.any([interruption.stop, interruption.abort]);
  const cluster = await openCluster(known, { ports, places, isNew, emit });
  const heading = await unlessStopped(signal, () => headingOf(cluster, signal));
  emit({ type: 'run-started', run: { verb, ...heading, ...(continues ? { continues } : {}) } });
  const outcome = await unlessStopped(signal, () => work({ cluster, interruption, emit })).catch((error: unknown) =>
    failure(asProblem(error), done),
  );
  emit({ type: 'run-finished', outcome });
  await log.flush();
  await leaveLog(cluster, new RunLogs(ports, directory), log.run, interruption.abort).catch(() => undefined);
  return outcome;
}

export function outcomeOf(
  result: ApplyResult,
  given: { outputs?: readonly Output[]; notYet?: readonly string[] } = {},
) {
  const { ok, done, failed, skipped } = result;
  return { ok, done, failed, skipped, outputs: given.outputs ?? [], notYet: given.notYet ?? [] } satisfies RunOutcome;
}

/** Signals abort with reasons of their own; to whoever pressed the keys it is one thing. */
export async function unlessStopped<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted || isProblem(error)) throw error;
    throw problem('apply.interrupted', { detail: 'It was stopped before anything else was begun.', cause: error });
  }
}

function failure(reason: Problem, done: number): RunOutcome {
  return { ok: false, done, failed: [reason], skipped: [], outputs: [], notYet: [] };
}

/** Other workstations see it then; where the state is still on this one, they have no use for it. */
async function leaveLog(
  { locations, ports }: OpenCluster,
  logs: RunLogs,
  run: string,
  abort: AbortSignal,
): Promise<void> {
  const { clock, random } = ports;
  const [left, tooLate] = [new AbortController(), new AbortController()];
  clock.sleep(DEADLINES.logMs, left.signal).then(
    () => tooLate.abort(),
    () => undefined,
  );
  const signal = AbortSignal.any([abort, tooLate.signal]);
  try {
    const place = await locateState(locations, signal);
    const store = { objects: place.objects, clock, random };
    if (place === locations.bucket) await logs.upload(store, { run, signal });
  } finally {
    left.abort();
  }
}
