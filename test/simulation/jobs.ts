import type { Disturbance } from './disturbance.ts';
import type { FaultKind } from './faults.ts';
import type { Blow } from './process.ts';
import type { Repertoire } from './repertoire.ts';
import type { RunResult } from './run.ts';
import type { Violation } from './watch.ts';

/** Scenarios in a row, small enough to be sent to a worker: each begins with one that is undisturbed. */
export type Job =
  | { readonly type: 'peace'; readonly scenario: string }
  | {
      readonly type: 'scan';
      readonly scenario: string;
      readonly blow: Blow;
      readonly sameHost: boolean;
      readonly first: number;
      readonly count: number;
      readonly stride: number;
    }
  | { readonly type: 'random'; readonly first: number; readonly count: number };

export interface Failure {
  readonly scenario: string;
  readonly violations: readonly Violation[];
}

/** What a job came to; sums can be added up. */
export interface JobResult {
  readonly runs: number;
  readonly halfSteps: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly busyMs: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly failures: readonly Failure[];
  /** One per run, in order. */
  readonly traceHashes: readonly number[];
}

export const NOTHING_DONE: JobResult = {
  runs: 0,
  halfSteps: 0,
  virtualMs: 0,
  events: 0,
  busyMs: 0,
  faults: new Map(),
  failures: [],
  traceHashes: [],
};

export function scenariosOf<Scenario extends Disturbance>(
  repertoire: Repertoire<Scenario>,
  job: Job,
): readonly Scenario[] {
  switch (job.type) {
    case 'peace':
      return [repertoire.parse(job.scenario)];
    case 'scan': {
      const { scenario, blow, sameHost, first, count, stride } = job;
      const peaceful = repertoire.parse(scenario);
      return Array.from({ length: count }, (_, index) => {
        return { ...peaceful, blows: [{ blow, halfStep: first + index * stride }], sameHost };
      });
    }
    case 'random':
      return Array.from({ length: job.count }, (_, index) => repertoire.random(job.first + index));
  }
}

export function addRun(sum: JobResult, scenario: string, result: RunResult): JobResult {
  const { violations, halfSteps, virtualMs, events, traceHash } = result;
  const failed = violations.length > 0;
  return {
    runs: sum.runs + 1,
    halfSteps: sum.halfSteps + halfSteps,
    virtualMs: sum.virtualMs + virtualMs,
    events: sum.events + events,
    busyMs: sum.busyMs,
    faults: addCounts(sum.faults, result.faults),
    failures: failed ? [...sum.failures, { scenario, violations }] : sum.failures,
    traceHashes: [...sum.traceHashes, traceHash],
  };
}

export function addResults(left: JobResult, right: JobResult): JobResult {
  return {
    runs: left.runs + right.runs,
    halfSteps: left.halfSteps + right.halfSteps,
    virtualMs: left.virtualMs + right.virtualMs,
    events: left.events + right.events,
    busyMs: left.busyMs + right.busyMs,
    faults: addCounts(left.faults, right.faults),
    failures: [...left.failures, ...right.failures],
    traceHashes: [],
  };
}

function addCounts(
  left: ReadonlyMap<FaultKind, number>,
  right: ReadonlyMap<FaultKind, number>,
): ReadonlyMap<FaultKind, number> {
  const sum = new Map(left);
  for (const [kind, count] of right) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return sum;
}
