import { type Problem, problem } from '#engine/problem.ts';
import { nonce, type Random } from '#std/random.ts';
import { isStoreError, type ObjectStore } from './object-store.ts';
import { storeProblem } from './store-problem.ts';

const CONTENDERS = 16;

/**
 * Refuses a store that takes conditional writes and does not keep their conditions: there two runs would both believe
 * that they hold the lease. Leaves nothing behind.
 */
export async function probePreconditions(store: ObjectStore, random: Random): Promise<void> {
  const id = Buffer.from(nonce(random)).toString('hex');
  const [object, register] = [`probe/${id}-object.json`, `probe/${id}-register.json`];
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
  const won = await race((contender) => store.createObject(key, contender));
  const body = await store.readObject(key);
  if (won.length !== 1 || body !== won[0]) throw unfit(store, `${won.length} of ${CONTENDERS} created one object`);
}

async function probeRegister(store: ObjectStore, key: string): Promise<void> {
  const won = await race((contender) => store.swapRegister(key, contender, undefined));
  const first = await store.readRegister(key);
  if (won.length !== 1 || first?.body !== won[0]) {
    throw unfit(store, `${won.length} of ${CONTENDERS} created one register`);
  }
  const second = await store.swapRegister(key, 'second', first?.tag);
  const stale = await race((contender) => store.swapRegister(key, contender, first?.tag));
  const last = await store.readRegister(key);
  if (stale.length !== 0 || last?.tag !== second) throw unfit(store, 'a write on top of an old version was accepted');
}

/** The contenders that were told that they won. */
async function race(attempt: (contender: string) => Promise<unknown>): Promise<readonly string[]> {
  const contenders = Array.from({ length: CONTENDERS }, (_, index) => `contender ${index}`);
  const outcomes = await Promise.allSettled(contenders.map(attempt));
  outcomes.forEach((outcome) => {
    if (outcome.status === 'rejected' && !hasLost(outcome.reason)) throw outcome.reason;
  });
  return contenders.filter((_, index) => outcomes[index]?.status === 'fulfilled');
}

function hasLost(error: unknown): boolean {
  return isStoreError(error, 'precondition') || isStoreError(error, 'conflict');
}

function unfit(store: ObjectStore, what: string): Problem {
  return problem('state.store-unfit', { detail: `${store.location}: ${what}.` });
}
