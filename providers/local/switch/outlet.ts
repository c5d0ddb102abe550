import type { Clock } from '#std/clock.ts';
import type { WireFrame } from './frame-codec.ts';
import { Gate } from './gate.ts';

/** Writes in this order, and says when all of it was taken. */
export type Write = (batch: readonly Buffer[], taken: () => void) => void;

/** Above this, those who send to it wait, until there is half of it. */
export const QUEUE_BYTES_MAX = 512 * 1024;
const BATCH_BYTES_MAX = 64 * 1024;
/** Whoever takes nothing for so long while others wait is not slow but stuck: a machine that is paused or has no driver yet. */
export const STUCK_AFTER_MS = 1_000;

interface OutletOptions {
  readonly write: Write;
  readonly clock: Clock;
  /** Told when it gets stuck, and when it is free again. */
  readonly onStuck: (isStuck: boolean) => void;
}

/** What waits to leave by a port. It is bounded: those who send too much wait, and only what is stuck loses frames. */
export class Outlet {
  readonly gate = new Gate();
  readonly #options: OutletOptions;
  readonly #closed = new AbortController();
  #queue: WireFrame[] = [];
  #bytes = 0;
  #isWriting = false;
  #isFull = false;
  #isStuck = false;
  #isWatched = false;
  #batchesTaken = 0;

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Not yet taken. */
  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** False: it is stuck, and the frame is lost. */
  put(frame: WireFrame): boolean {
    if (this.#closed.signal.aborted || this.#isStuck) return false;
    this.#queue.push(frame);
    this.#bytes += frame.length;
    if (!this.#isFull && this.#bytes >= QUEUE_BYTES_MAX) this.#becomeFull();
    if (!this.#isWriting) this.#writeNext();
    return true;
  }

  close(): void {
    this.#closed.abort();
    this.#queue = [];
    this.#bytes = 0;
    this.gate.open();
  }

  #writeNext(): void {
    const batch = this.#nextBatch();
    if (batch.length === 0 || this.#closed.signal.aborted) return;
    this.#isWriting = true;
    const size = batch.reduce((sum, { length }) => sum + length, 0);
    this.#options.write(batch, () => this.#taken(size));
  }

  #taken(size: number): void {
    this.#isWriting = false;
    if (this.#closed.signal.aborted) return;
    this.#batchesTaken += 1;
    this.#bytes -= size;
    if (this.#isStuck) this.#setStuck(false);
    if (this.#isFull && this.#bytes <= QUEUE_BYTES_MAX / 2) {
      this.#isFull = false;
      this.gate.open();
    }
    this.#writeNext();
  }

  #nextBatch(): readonly WireFrame[] {
    let size = 0;
    let count = 0;
    for (const { length } of this.#queue) {
      if (count > 0 && size + length > BATCH_BYTES_MAX) break;
      size += length;
      count += 1;
    }
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  #becomeFull(): void {
    this.#isFull = true;
    if (!this.#isWatched) void this.#watch();
  }

  /** As long as it is full: one that goes on taking, however slowly, is waited for. */
  async #watch(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closed;
    this.#isWatched = true;
    try {
      while (this.#isFull && !this.#isStuck) {
        const before = this.#batchesTaken;
        await clock.sleep(STUCK_AFTER_MS, signal);
        if (this.#isFull && this.#batchesTaken === before) this.#setStuck(true);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isWatched = false;
    }
  }

  #setStuck(isStuck: boolean): void {
    this.#isStuck = isStuck;
    this.#options.onStuck(isStuck);
    if (isStuck) this.gate.open();
    else if (this.#isFull && !this.#isWatched) void this.#watch();
  }
}
