import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#std/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. */
export class HandClock implements Clock {
  nowMs = 0;
  #sleepers: Sleeper[] = [];

  wallMs(): number {
    return 1_000_000 + this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted === true) reject(signal.reason);
    const sleeper = { atMs: this.nowMs + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal.reason);
    });
    return promise;
  }

  /** When the next sleeper wakes; undefined: nobody sleeps. */
  get nextWakeMs(): number | undefined {
    return this.#sleepers.length === 0 ? undefined : Math.min(...this.#sleepers.map(({ atMs }) => atMs));
  }

  /** Moves time on, stopping at each moment at which somebody wakes, so that all he does happens at that moment. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settle();
    for (let next = this.nextWakeMs; next !== undefined && next <= untilMs; next = this.nextWakeMs) {
      this.nowMs = Math.max(this.nowMs, next);
      const due = this.#sleepers.filter(({ atMs }) => atMs <= this.nowMs);
      this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.nowMs);
      for (const { wake } of due) wake();
      await settle();
    }
    this.nowMs = untilMs;
  }
}

/** Lets everything happen that can happen without time. */
export async function settle(): Promise<void> {
  await turn();
}
