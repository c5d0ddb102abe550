import { type Problem, problem } from '#engine/problem.ts';
import { nonce, type Random } from '#std/random.ts';
import { isStoreError, type ObjectStore, type StoreError } from './object-store.ts';
import { storeProblem } from './store-problem.ts';
import { PROBE_PREFIX } from './object-keys.ts';

const CONTENDERS = 16;

/**
 * Refuses a store that takes conditional writes and does not keep their conditions: there two runs would both believe
 * that they hold the lease. Leaves nothing behind.
 */
export async function probePreconditions(store: ObjectStore, random: Random): Promise<void> {
  const id = Buffer.from(nonce(random)).toString('hex');
  const [object, register] = [`${PROBE_PREFIX}${id}-object.json`, `${PROBE_PREFIX}${id}-register.json`];
  try {
    await probeObject(store, object);
    await probeRegister(store, register);
  } catch (error) {
    throw storeProblem(error, store.location);
  } finally {
    await Promise.allSettled([store.removeObject(object), store.removeObject(register)]);
  }
}

async function probeObject(store: ObjectStore, key: string): Promise<void> {
  const outcome = await race((contender) => store.createObject(key, contender));
  judge(store, 'object', outcome, await store.readObject(key));
}

async function probeRegister(store: ObjectStore, key: string): Promise<void> {
  const outcome = await race((contender) => store.swapRegister(key, contender, undefined));
  const first = await store.readRegister(key);
  judge(store, 'register', outcome, first?.body);
  const second = await store.swapRegister(key, 'second', first?.tag);
  const stale = await race((contender) => store.swapRegister(key, contender, first?.tag));
  const last = await store.readRegister(key);
  if (stale.won.length !== 0 || last?.tag !== second)
    throw unfit(store, 'a write on top of an old version was accepted');
}

interface Race {
  /** Those that were told that they won. */
  readonly won: readonly string[];
  /** Those that were told nothing of use: one of them may have won. */
  readonly unsure: readonly string[];
  readonly doubt: StoreError | undefined;
}

async function race(attempt: (contender: string) => Promise<unknown>): Promise<Race> {
  const contenders = Array.from({ length: CONTENDERS }, (_, index) => `contender ${index}`);
  const won: string[] = [];
  const unsure: string[] = [];
  let doubt: StoreError | undefined;
  const outcomes = await Promise.allSettled(contenders.map(attempt));
  outcomes.forEach((outcome, index) => {
    const contender = contenders[index] ?? '';
    if (outcome.status === 'fulfilled') won.push(contender);
    else if (isDoubtful(outcome.reason)) {
      unsure.push(contender);
      doubt = outcome.reason;
    } else if (!hasLost(outcome.reason)) throw outcome.reason;
  });
  return { won, unsure, doubt };
}

/** A store that refuses some of so many requests at once has not broken its word. */
function judge(store: ObjectStore, what: string, { won, unsure, doubt }: Race, body: string | undefined): void {
  const [winner] = won;
  const isWonSilently = winner === undefined && body !== undefined && unsure.includes(body);
  if (isWonSilently || (won.length === 1 && body === winner)) return;
  if (winner === undefined && body === undefined && doubt !== undefined) throw doubt;
  throw unfit(store, `${won.length} of ${CONTENDERS} created one ${what}`);
}

function isDoubtful(error: unknown): error is StoreError {
  return isStoreError(error, 'unavailable') || isStoreError(error, 'ambiguous');
}

function hasLost(error: unknown): boolean {
  return isStoreError(error, 'precondition') || isStoreError(error, 'conflict');
}

function unfit(store: ObjectStore, what: string): Problem {
  return problem('state.store-unfit', { detail: `${store.location}: ${what}.` });
}
