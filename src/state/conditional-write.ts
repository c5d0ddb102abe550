import { problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { type ObjectStore, type Stored, StoreError, type StoreOutcome } from './object-store.ts';
import { storeProblem } from './store-problem.ts';

const BACKOFF_BASE_MS = 50;
const BACKOFF_MAX_MS = 2_000;
const DOUBTS: ReadonlySet<StoreOutcome> = new Set(['precondition', 'conflict', 'unavailable', 'ambiguous']);

export interface StorePorts {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Patience {
  /** Monotonic time after which it gives up; may move while it waits. */
  deadlineMs(): number;
  readonly signal?: AbortSignal | undefined;
}

export interface Swap {
  readonly key: string;
  /** Carries a nonce of its own: two writes never have equal bodies, so reading it back proves who wrote. */
  readonly body: string;
  readonly expected: string | undefined;
}

export type SwapResult =
  | { readonly written: true; readonly tag: string }
  | { readonly written: false; readonly found: Stored | undefined };

export type CreateResult = { readonly written: true } | { readonly written: false; readonly found: string };

/** Compare-and-swap whose every doubt is settled by reading back; `written: false` means that another write came first. */
export function swapSettled(ports: StorePorts, { key, body, expected }: Swap, patience: Patience): Promise<SwapResult> {
  const { objects } = ports;
  return settle<SwapResult>(ports, patience, {
    purpose: `write ${key}`,
    attempt: async () => ({ written: true, tag: await objects.swapRegister(key, body, expected) }),
    async readBack() {
      const found = await objects.readRegister(key);
      if (found?.body === body) return { written: true, tag: found.tag };
      return found?.tag === expected ? undefined : { written: false, found };
    },
  });
}

/** The same for an immutable object. */
export function createSettled(ports: StorePorts, key: string, body: string, patience: Patience): Promise<CreateResult> {
  const { objects } = ports;
  return settle<CreateResult>(ports, patience, {
    purpose: `write ${key}`,
    async attempt() {
      await objects.createObject(key, body);
      return { written: true };
    },
    async readBack() {
      const found = await objects.readObject(key);
      if (found === undefined) return undefined;
      return found === body ? { written: true } : { written: false, found };
    },
  });
}

/** A request without effect, repeated until the store answers. */
export function askSettled<Answer>(ports: StorePorts, ask: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  return settle(ports, patience, { purpose: 'read', attempt: ask });
}

interface Request<Result> {
  readonly purpose: string;
  attempt(): Promise<Result>;
  /** What became of the attempt; undefined: it had no effect so far. */
  readBack?(): Promise<Result | undefined>;
}

async function settle<Result>(ports: StorePorts, patience: Patience, request: Request<Result>): Promise<Result> {
  for (let round = 0; ; round += 1) {
    let doubt: StoreError;
    try {
      return await request.attempt();
    } catch (error) {
      doubt = asDoubt(error, ports.objects.location);
    }
    try {
      const verdict = await request.readBack?.();
      if (verdict !== undefined) return verdict;
    } catch (error) {
      doubt = asDoubt(error, ports.objects.location);
    }
    await pause(ports, patience, { round, doubt, purpose: request.purpose });
  }
}

/** Only what may still turn out well is a doubt: a refusal, a full disk and damage are answers. */
function asDoubt(error: unknown, location: string): StoreError {
  if (error instanceof StoreError && DOUBTS.has(error.outcome)) return error;
  throw storeProblem(error, location);
}

interface Doubtful {
  readonly round: number;
  readonly doubt: StoreError;
  readonly purpose: string;
}

async function pause(ports: StorePorts, patience: Patience, { round, doubt, purpose }: Doubtful): Promise<void> {
  const { clock, random, objects } = ports;
  const leftMs = patience.deadlineMs() - clock.monotonicMs();
  if (leftMs <= 0) {
    const detail = `${objects.location}: gave up trying to ${purpose}: ${doubt.message}`;
    throw problem('state.unavailable', { detail, cause: doubt });
  }
  const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(round, 10));
  await clock.sleep(Math.min(random.float() * ceilingMs, leftMs), patience.signal);
}
