import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#std/clock.ts';

const LONG_MS = 30_000;
const WALL_MS = Date.UTC(2026, 0, 1);

/** Short pauses are over at once; long ones, which wait for what is not to happen, when the test says so. */
export class EagerClock implements Clock {
  readonly pauses: number[] = [];
  /** How much of a short pause is left. */
  share = 0;
  readonly #waiting = new Set<() => void>();
  #nowMs = 0;

  wallMs(): number {
    return WALL_MS + this.#nowMs;
  }

  monotonicMs(): number {
    this.#nowMs += 300;
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms < LONG_MS) {
      this.pauses.push(ms);
      await wait(ms * this.share);
      signal?.throwIfAborted();
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal?.addEventListener('abort', () => reject(new Error('The wait is over.')), { once: true });
    await promise.finally(() => this.#waiting.delete(resolve));
  }

  /** Somebody waits for what is not to happen. */
  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  /** All long pauses end. */
  pass(): void {
    for (const end of this.#waiting) end();
  }
}
