import { resourceContext } from '#engine/calls.ts';
import { CallError, type CallErrorDetails } from '#engine/call.ts';
import { RateBudgets } from '#engine/budget.ts';
import type { EngineEvent } from '#engine/event.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { at, CLUSTER, instance } from './scenario.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const CALL = { budget: 'ec2.CreateVpc', purpose: 'create the network' };
export const CALL_MS = 1000;
export const CONDITION_MS = 60_000;

interface DeskOptions {
  readonly guard?: () => Promise<void>;
  readonly hasJournal?: boolean;
}

/** One resource's way to the outside, its time in hand and everything that happens written down. */
export function openDesk({ guard = async () => undefined, hasJournal = true }: DeskOptions = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const events: EngineEvent[] = [];
  const leaving = new AbortController();
  const say = (words: string) => void log.push(`${clock.monotonicMs()} ${words}`);
  const budgets = { 'ec2.CreateVpc': { capacity: 1, refillPerSecond: 10 } };
  const journal = {
    guard: (callMs: number) => {
      say(`guard for ${callMs}`);
      return guard();
    },
  };
  const runtime: EngineRuntime = {
    clock,
    // Half of every jitter: a backoff of 200 ms waits 150.
    random: { float: () => 0.5, bytes: (length) => new Uint8Array(length) },
    provider: {
      session: undefined,
      types: new Map(),
      consistency: { visibleWithinMs: 100, requestAgeMaxMs: 100, pollMs: 2_000 },
      deadlines: { callMs: CALL_MS, conditionMs: CONDITION_MS },
      budgets,
    },
    budgets: new RateBudgets(budgets, clock),
    emit: (event) => events.push(event),
  };
  const context = resourceContext({
    runtime,
    cluster: CLUSTER,
    address: at('network.vpc'),
    instanceId: instance('vpc'),
    signal: leaving.signal,
    ...(hasJournal ? { journal } : {}),
  });
  return { clock, log, events, runtime, context, say, leave: (reason: Error) => leaving.abort(reason) };
}

/** A service that answers as it is told, one answer a request; told `silence`, or nothing, it stays silent. */
export function service(say: (words: string) => void, ...answers: readonly (string | CallErrorDetails)[]) {
  const left = [...answers];
  const signals: AbortSignal[] = [];
  const request = (signal: AbortSignal): Promise<string> => {
    say('request');
    signals.push(signal);
    const answer = left.shift() ?? 'silence';
    if (answer === 'silence') return new Promise(() => undefined);
    return typeof answer === 'string' ? Promise.resolve(answer) : Promise.reject(new CallError(answer));
  };
  return { request, signals };
}

/** What became of a promise, in words and in time. */
export function watch(promise: Promise<string>, say: (words: string) => void): void {
  promise.then(
    (answer) => say(`answer: ${answer}`),
    (error: unknown) =>
      say(error instanceof CallError ? `${error.outcome}: ${error.message}` : `thrown: ${String(error)}`),
  );
}
