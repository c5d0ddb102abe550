import type { FaultKind } from './faults.ts';
import type { Violation } from './invariants.ts';
import type { Blow } from './process.ts';
import type { RunResult } from './run.ts';
import { formatScenario, randomScenario, type Scenario } from './scenario.ts';
import type { Operation } from './topologies.ts';

/** Scenarios in a row, small enough to be sent to a worker as numbers. */
export type Job =
  | { readonly type: 'peace'; readonly seed: number; readonly topology: string; readonly operation: Operation }
  | {
      readonly type: 'scan';
      readonly seed: number;
      readonly topology: string;
      readonly operation: Operation;
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

export function scenariosOf(job: Job): readonly Scenario[] {
  switch (job.type) {
    case 'peace':
      return [
        { seed: job.seed, topology: job.topology, operation: job.operation, blows: [], sameHost: false, rates: {} },
      ];
    case 'scan': {
      const { seed, topology, operation, blow, sameHost, first, count, stride } = job;
      return Array.from({ length: count }, (_, index) => {
        return { seed, topology, operation, blows: [{ blow, halfStep: first + index * stride }], sameHost, rates: {} };
      });
    }
    case 'random':
      return Array.from({ length: job.count }, (_, index) => randomScenario(job.first + index));
  }
}

export function addRun(sum: JobResult, scenario: Scenario, result: RunResult): JobResult {
  const { violations, halfSteps, virtualMs, events, traceHash } = result;
  const failed = violations.length > 0;
  return {
    runs: sum.runs + 1,
    halfSteps: sum.halfSteps + halfSteps,
    virtualMs: sum.virtualMs + virtualMs,
    events: sum.events + events,
    busyMs: sum.busyMs,
    faults: addCounts(sum.faults, result.faults),
    failures: failed ? [...sum.failures, { scenario: formatScenario(scenario), violations }] : sum.failures,
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
