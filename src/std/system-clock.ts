import { uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.ts';

const SLEEP_MS_MAX = 2 ** 31 - 1;

/** The time of this machine. */
export class SystemClock implements Clock {
  readonly #startMs = performance.now();
  readonly #startUptimeMs = uptime() * 1_000;
  #latestMs = 0;

  wallMs(): number {
    return Date.now();
  }

  /**
   * The process's own clock stands still while the machine is suspended, the machine's uptime does not:
   * a lease must not seem valid after an hour with the lid closed.
   */
  monotonicMs(): number {
    const runningMs = performance.now() - this.#startMs;
    const elapsedMs = uptime() * 1_000 - this.#startUptimeMs;
    this.#latestMs = Math.max(this.#latestMs, runningMs, elapsedMs);
    return this.#latestMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const untilMs = performance.now() + ms;
    try {
      for (let leftMs = ms; leftMs > 0; leftMs = untilMs - performance.now()) {
        await wait(Math.min(Math.ceil(leftMs), SLEEP_MS_MAX), undefined, { signal });
      }
      signal?.throwIfAborted();
    } catch (error) {
      // Node wraps the reason into an AbortError of its own.
      signal?.throwIfAborted();
      throw error;
    }
  }
}
