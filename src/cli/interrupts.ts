import type { Interruption } from '#app/app.ts';
import type { Clock } from '#std/clock.ts';
import type { Terminal } from '#std/terminal.ts';
import { DEADLINES } from './deadlines.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { Interrupted } from './usage-error.ts';

/**
 * | Ctrl-C | a run that changes things           | everything else |
 * |--------|-------------------------------------|-----------------|
 * | first  | starts nothing new                  | ends            |
 * | second | leaves at once, within the deadline | –               |
 * | third  | ends the process                    | –               |
 */
export class Interrupts implements Interruption {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #letGo: () => void;
  #told: ((isSecond: boolean) => void) | undefined;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#letGo = terminal.onInterrupt(() => this.#hear());
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** For whatever only reads: ends with the first Ctrl-C, or when nobody listens any more. */
  get reading(): AbortSignal {
    return AbortSignal.any([this.#stop.signal, this.#terminal.unread]);
  }

  /** Waits for a run to come to its own end, or for the operator to lose patience. */
  async whileRunning<T>(work: Promise<T>, told: (isSecond: boolean) => void): Promise<T> {
    this.#told = told;
    const over = new AbortController();
    try {
      return await Promise.race([work, this.#leave(over.signal)]);
    } finally {
      over.abort();
      this.#told = undefined;
    }
  }

  /** Waits for something that changes nothing. */
  async whileReading<T>(work: Promise<T>): Promise<T> {
    const signal = this.reading;
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(new Interrupted());
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      return await Promise.race([work, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  [Symbol.dispose](): void {
    this.#letGo();
  }

  #hear(): void {
    if (this.#abort.signal.aborted) this.#terminal.exit(EXIT_CODES.interrupted.code);
    const isSecond = this.#stop.signal.aborted;
    (isSecond ? this.#abort : this.#stop).abort(new Interrupted());
    this.#told?.(isSecond);
  }

  async #leave(over: AbortSignal): Promise<never> {
    await new Promise((resolve) => {
      this.#abort.signal.addEventListener('abort', resolve, { once: true });
      if (this.#abort.signal.aborted) resolve(undefined);
    });
    await this.#clock.sleep(DEADLINES.leaveMs, over);
    throw new Interrupted();
  }
}
