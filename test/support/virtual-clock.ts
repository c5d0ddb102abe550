import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#std/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly ring: () => void;
}

/** Resolves when everything has happened that can happen without time. */
export type Settled = () => Promise<unknown>;

/** Time that stands still until somebody needs it to pass: sleeping costs nothing. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #timers: Timer[] = [];
  readonly #settled: Settled;
  /** Wall time is monotonic time plus this: a test may let it jump. */
  wallOffsetMs = Date.UTC(2026, 0, 1);

  constructor(settled: Settled = setImmediate) {
    this.#settled = settled;
  }

  wallMs(): number {
    return this.#nowMs + this.wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(asError(signal.reason));
      const timer: Timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, ring: () => conclude(resolve) };
      const abort = (): void => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        conclude(() => reject(asError(signal?.reason)));
      };
      const conclude = (how: () => void): void => {
        signal?.removeEventListener('abort', abort);
        how();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#timers.push(timer);
      return undefined;
    });
  }

  /** Lets time pass, timer by timer, until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const progress = { settled: false };
    const watched = promise.finally(() => {
      progress.settled = true;
    });
    watched.catch(() => undefined);
    for (let idle = 0; idle < 3;) {
      await this.#settled();
      if (progress.settled) return watched;
      idle = this.#ringNext() ? 0 : idle + 1;
    }
    throw new Error('Nothing will ever happen again, and the promise has not settled.');
  }

  /** Lets exactly so much time pass. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.#settled();
    while (this.#timers.some((timer) => timer.atMs <= untilMs)) {
      this.#ringNext();
      await this.#settled();
    }
    this.#nowMs = untilMs;
  }

  #ringNext(): boolean {
    const [next] = this.#timers.toSorted((left, right) => left.atMs - right.atMs || left.order - right.order);
    if (next === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.ring();
    return true;
  }
}

/** Lets everything happen that can happen without time. */
export async function settle(): Promise<void> {
  await setImmediate();
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
