import type { Address, ClusterUid, InstanceId } from './address.ts';
import { CallError } from './call.ts';
import type { Journal } from './journal.ts';
import { problem } from './problem.ts';
import type { Call, ResourceContext } from './resource.ts';
import type { EngineRuntime } from './runtime.ts';

export interface ContextSeed {
  readonly runtime: EngineRuntime;
  readonly cluster: ClusterUid;
  readonly address: Address;
  readonly instanceId: InstanceId;
  readonly signal: AbortSignal;
  /** Who is served first where a rate is limited. @default 0 */
  readonly urgency?: number | undefined;
  /** Without a journal there is no lease, and nothing may be sent that has an effect. */
  readonly journal?: Pick<Journal, 'guard'>;
}

type Request<T> = (signal: AbortSignal) => Promise<T>;

// Given as reasons because an abort without one makes an exception with a stack, for every request.
const ANSWERED = 'answered';
const TOO_LATE = 'too late';

/** In pauses between two looks: an account that runs faster than the clock is asked again sooner. */
const BACKOFF_FIRST = 0.1;
const BACKOFF_MAX = 10;
/** What will be visible any moment is asked for as often as one looks. */
const BACKOFF_MAX_NOT_YET = 1;

/** The only way from a resource method to the outside: budgets, lease guard, deadline, and retries that are always safe. */
export function resourceContext(seed: ContextSeed): ResourceContext {
  const { cluster, address, instanceId, signal } = seed;
  return {
    cluster,
    address,
    instanceId,
    signal,
    read: (call, request) => send(seed, { call, request, mayRepeat: isSafeToRepeatRead }),
    mutate: async (call, request) =>
      send(seed, { call, request, mayRepeat: isCertainlyNotExecuted, guard: guardOf(seed) }),
  };
}

function guardOf({ journal, runtime, address }: ContextSeed): () => Promise<void> {
  if (journal === undefined)
    throw problem('internal', { address, detail: 'A request with an effect was made without a lease.' });
  return () => journal.guard(runtime.provider.deadlines.callMs);
}

interface Sending<T> {
  readonly call: Call;
  readonly request: Request<T>;
  mayRepeat(error: CallError): boolean;
  guard?(): Promise<void>;
}

async function send<T>(seed: ContextSeed, sending: Sending<T>): Promise<T> {
  const { call, request } = sending;
  const { runtime, address, instanceId, signal } = seed;
  const { clock, provider, budgets, random, emit } = runtime;
  const { pollMs } = provider.consistency;
  const giveUpAtMs = clock.monotonicMs() + provider.deadlines.conditionMs;
  for (let pauses = BACKOFF_FIRST; ; pauses = Math.min(2 * pauses, BACKOFF_MAX)) {
    await budgets.take(call.budget, signal, seed.urgency);
    if (call.also !== undefined) await budgets.take(call.also.budget, signal, seed.urgency, call.also.tokens);
    // Between this guard and the request nothing may wait: the guard's answer ages.
    await sending.guard?.();
    try {
      return await withinDeadline(seed, call, request);
    } catch (error) {
      if (!(error instanceof CallError) || !sending.mayRepeat(error) || clock.monotonicMs() > giveUpAtMs) throw error;
      const most = error.outcome === 'not-yet' ? BACKOFF_MAX_NOT_YET : BACKOFF_MAX;
      const afterMs = pollMs * Math.min(pauses, most) * (0.5 + random.float() / 2);
      emit({ type: 'retrying', address, instanceId, purpose: call.purpose, why: error.message, afterMs });
      await clock.sleep(afterMs, signal);
    }
  }
}

function isSafeToRepeatRead({ outcome }: CallError): boolean {
  return outcome !== 'rejected';
}

function isCertainlyNotExecuted({ outcome }: CallError): boolean {
  return outcome === 'throttled' || outcome === 'not-yet';
}

/** An answer that does not come in time is an ambiguous one. */
async function withinDeadline<T>({ runtime, signal }: ContextSeed, call: Call, request: Request<T>): Promise<T> {
  const { clock, provider } = runtime;
  const answered = new AbortController();
  const tooLate = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const leave = () => {
    reject(signal.reason);
    tooLate.abort(signal.reason);
  };
  signal.addEventListener('abort', leave);
  clock.sleep(provider.deadlines.callMs, answered.signal).then(
    () => {
      const message = `No answer within ${provider.deadlines.callMs} ms to "${call.purpose}"`;
      reject(new CallError({ outcome: 'ambiguous', message }));
      tooLate.abort(TOO_LATE);
    },
    () => undefined,
  );
  try {
    signal.throwIfAborted();
    return await Promise.race([request(tooLate.signal), cut]);
  } finally {
    signal.removeEventListener('abort', leave);
    answered.abort(ANSWERED);
  }
}
