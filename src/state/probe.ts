import { type Problem, problem } from '#engine/problem.ts';
import { nonce, type Random } from '#std/random.ts';
import { isStoreError, type ObjectStore, type StoreError, type Stored } from './object-store.ts';
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
  const outcome = await race('object', (body) => store.createObject(key, body));
  judge(store, 'created one object', outcome, await store.readObject(key));
}

async function probeRegister(store: ObjectStore, key: string): Promise<void> {
  const creation = await race('register', (body) => store.swapRegister(key, body, undefined));
  const first = await store.readRegister(key);
  judge(store, 'created one register', creation, first?.body);
  const replacement = await race('replacement', (body) => store.swapRegister(key, body, first?.tag));
  let second = await store.readRegister(key);
  const isStuck = replacement.won.length === 0 && second?.tag === first?.tag;
  if (isStuck) second = await replaceAlone(store, key, first?.tag);
  else judge(store, 'replaced one version', replacement, second?.body);
  const stale = await race('too late', (body) => store.swapRegister(key, body, first?.tag));
  const last = await store.readRegister(key);
  if (stale.won.length !== 0 || last?.tag !== second?.tag)
    throw unfit(store, 'a write on top of an old version was accepted');
}

/** When many get into each other's way all may be sent away; who comes alone may not. */
async function replaceAlone(store: ObjectStore, key: string, tag: string | undefined): Promise<Stored | undefined> {
  try {
    await store.swapRegister(key, 'alone', tag);
  } catch (error) {
    if (!isStoreError(error, 'precondition')) throw error;
    throw unfit(store, 'a write on top of the version that it had just shown was refused');
  }
  return store.readRegister(key);
}

interface Race {
  /** What those wrote that were told that they won. */
  readonly won: readonly string[];
  /** What those wrote that were told nothing of use: one of them may have won. */
  readonly unsure: readonly string[];
  readonly doubt: StoreError | undefined;
}

async function race(name: string, attempt: (body: string) => Promise<unknown>): Promise<Race> {
  const bodies = Array.from({ length: CONTENDERS }, (_, contender) => `${name} ${contender}`);
  const won: string[] = [];
  const unsure: string[] = [];
  let doubt: StoreError | undefined;
  const outcomes = await Promise.allSettled(bodies.map(attempt));
  outcomes.forEach((outcome, index) => {
    const body = bodies[index] ?? '';
    if (outcome.status === 'fulfilled') won.push(body);
    else if (isDoubtful(outcome.reason)) {
      unsure.push(body);
      doubt = outcome.reason;
    } else if (!hasLost(outcome.reason)) throw outcome.reason;
  });
  return { won, unsure, doubt };
}

/** A store that refuses some of so many requests at once has not broken its word. */
function judge(store: ObjectStore, deed: string, { won, unsure, doubt }: Race, body: string | undefined): void {
  const [winner] = won;
  const isWonSilently = winner === undefined && body !== undefined && unsure.includes(body);
  if (isWonSilently || (won.length === 1 && body === winner)) return;
  if (winner === undefined && body === undefined && doubt !== undefined) throw doubt;
  throw unfit(store, `${won.length} of ${CONTENDERS} ${deed}`);
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
