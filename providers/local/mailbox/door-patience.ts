import type { Clock } from '#std/clock.ts';
import type { Connection } from './read-request.ts';

/** A machine that is emulated beside others is slow, but not this slow. */
const PATIENCE_MS = 30_000;
/** Who moves less than this in that time is not heard out. */
const MOVED_BYTES = 65_536;

/** How long one waits for the other side: half a minute in all, and again for every piece of a stream that comes through. */
export class Patience {
  /** Resolves when it is. */
  readonly over: Promise<void>;
  isOver = false;
  readonly #clock: Clock;
  #untilMs: number;
  #moved = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#untilMs = clock.monotonicMs() + PATIENCE_MS;
    this.over = this.#end();
  }

  moved(bytes: number): void {
    this.#moved += bytes;
    if (this.#moved < MOVED_BYTES) return;
    this.#moved = 0;
    this.#untilMs = this.#clock.monotonicMs() + PATIENCE_MS;
  }

  async #end(): Promise<void> {
    for (let leftMs = PATIENCE_MS; leftMs > 0; leftMs = this.#untilMs - this.#clock.monotonicMs()) {
      await this.#clock.sleep(leftMs);
    }
    this.isOver = true;
  }
}

/** One that says and hears nothing more when patience is over; what streams of bytes move through it, earns more of it. */
export class PatientConnection implements Connection {
  readonly #connection: Connection;
  readonly #patience: Patience;

  constructor(connection: Connection, patience: Patience) {
    this.#connection = connection;
    this.#patience = patience;
  }

  read(): Promise<Uint8Array | undefined> {
    return Promise.race([this.#connection.read(), this.#patience.over.then(() => undefined)]);
  }

  async write(words: string | Uint8Array): Promise<void> {
    if (this.#patience.isOver) return;
    await Promise.race([this.#connection.write(words), this.#patience.over]);
    if (typeof words !== 'string') this.#patience.moved(words.length);
  }
}
