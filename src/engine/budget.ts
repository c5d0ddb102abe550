import type { Clock } from '#std/clock.ts';

/** A token bucket as the service publishes it. */
export interface Budget {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

interface Waiter {
  readonly urgency: number;
  readonly tokens: number;
  grant(): void;
}

interface Bucket {
  readonly budget: Budget;
  /** In the order in which they came. */
  readonly waiting: Set<Waiter>;
  tokens: number;
  filledAtMs: number;
  isServing: boolean;
}

/** Client-side token buckets with the sizes the services publish: we wait here instead of being refused there. */
export class RateBudgets {
  readonly #clock: Clock;
  readonly #buckets: ReadonlyMap<string, Bucket>;

  constructor(published: Readonly<Record<string, Budget>>, clock: Clock) {
    this.#clock = clock;
    const filledAtMs = clock.monotonicMs();
    const full = Object.entries(published).map(([name, budget]): [string, Bucket] => {
      const { capacity: tokens } = budget;
      return [name, { budget, waiting: new Set(), tokens, filledAtMs, isServing: false }];
    });
    this.#buckets = new Map(full);
  }

  /** Takes tokens now or waits for them: the most urgent first, among equals who came first. */
  async take(name: string, signal: AbortSignal, urgency = 0, wanted = 1): Promise<void> {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return;
    this.#refill(bucket);
    // More than the bucket ever holds would be waited for in vain.
    const tokens = Math.min(wanted, bucket.budget.capacity);
    if (bucket.waiting.size === 0 && bucket.tokens >= tokens) {
      bucket.tokens -= tokens;
      return;
    }
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { urgency, tokens, grant: resolve };
    const leave = () => {
      bucket.waiting.delete(waiter);
      reject(signal.reason);
    };
    bucket.waiting.add(waiter);
    signal.addEventListener('abort', leave);
    if (!bucket.isServing) this.#serve(bucket).catch(reject);
    await promise.finally(() => signal.removeEventListener('abort', leave));
  }

  async #serve(bucket: Bucket): Promise<void> {
    const { waiting, budget } = bucket;
    bucket.isServing = true;
    for (let next = mostUrgent(waiting); next !== undefined; next = mostUrgent(waiting)) {
      this.#refill(bucket);
      if (bucket.tokens < next.tokens - ROUNDING) {
        // Who is more urgent, or asks for less, may come meanwhile.
        const lacking = Math.min(next.tokens - bucket.tokens, 1);
        await this.#clock.sleep((lacking / budget.refillPerSecond) * 1000);
        continue;
      }
      waiting.delete(next);
      bucket.tokens -= next.tokens;
      next.grant();
    }
    bucket.isServing = false;
  }

  #refill(bucket: Bucket): void {
    const { capacity, refillPerSecond } = bucket.budget;
    const nowMs = this.#clock.monotonicMs();
    bucket.tokens = Math.min(capacity, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * refillPerSecond);
    bucket.filledAtMs = nowMs;
  }
}

/** Of a token: what fractions of seconds lose. */
const ROUNDING = 1e-6;

function mostUrgent(waiting: ReadonlySet<Waiter>): Waiter | undefined {
  let best: Waiter | undefined;
  for (const waiter of waiting) if (best === undefined || waiter.urgency > best.urgency) best = waiter;
  return best;
}
