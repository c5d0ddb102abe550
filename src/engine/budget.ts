import type { Clock } from '#std/clock.ts';
import type { Budget } from './runtime.ts';

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Client-side token buckets with the sizes the services publish: we wait here instead of being refused there. */
export class RateBudgets {
  readonly #clock: Clock;
  readonly #published: ReadonlyMap<string, Budget>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(published: Readonly<Record<string, Budget>>, clock: Clock) {
    this.#published = new Map(Object.entries(published));
    this.#clock = clock;
  }

  /** Takes a token now or goes into debt and waits for it: first come, first served. */
  async take(name: string, signal: AbortSignal): Promise<void> {
    const budget = this.#published.get(name);
    if (budget === undefined) return;
    const bucket = this.#refilled(name, budget);
    bucket.tokens -= 1;
    if (bucket.tokens >= 0) return;
    await this.#clock.sleep((-bucket.tokens / budget.refillPerSecond) * 1000, signal);
  }

  #refilled(name: string, { capacity, refillPerSecond }: Budget): Bucket {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#buckets.get(name);
    if (known === undefined) {
      const full = { tokens: capacity, filledAtMs: nowMs };
      this.#buckets.set(name, full);
      return full;
    }
    known.tokens = Math.min(capacity, known.tokens + ((nowMs - known.filledAtMs) / 1000) * refillPerSecond);
    known.filledAtMs = nowMs;
    return known;
  }
}
