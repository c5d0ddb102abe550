import type { Clock } from '#std/clock.ts';
import type { WireFrame } from './frame-codec.ts';
import { Gate, type Sender } from './gate.ts';
import type { Effects } from './links.ts';
import type { SeededChance } from './seeded-chance.ts';

/** On their way at once, from one machine to another; above it, whoever sends waits. */
const UNDER_WAY_BYTES_MAX = 16 * 1024 * 1024;
const BITS_PER_BYTE = 8;

interface PathOptions {
  readonly clock: Clock;
  readonly chance: SeededChance;
  readonly effects: Effects;
  readonly arrive: (frame: WireFrame, sender: Sender) => void;
  readonly lose: (how: 'lost' | 'cut') => void;
}

interface Traveller {
  readonly frame: WireFrame;
  readonly sender: Sender;
  readonly dueMs: number;
}

/** The way of one machine's frames to another: takes its time, loses some, and never lets one overtake another. */
export class Path {
  effects: Effects;
  readonly #options: PathOptions;
  readonly #closed = new AbortController();
  readonly #gate = new Gate();
  #travellers: Traveller[] = [];
  #bytes = 0;
  /** When the last one on its way is due. */
  #lastDueMs = 0;
  /** When a path with a rate has sent what it was given. */
  #sentMs = 0;
  #isRunning = false;

  constructor(options: PathOptions) {
    this.#options = options;
    this.effects = options.effects;
  }

  take(frame: WireFrame, sender: Sender): void {
    const { loss, isCut } = this.effects;
    const { chance, arrive, lose } = this.#options;
    if (isCut) return lose('cut');
    if (loss > 0 && chance.float() < loss) return lose('lost');
    if (this.#travellers.length === 0 && this.#isInstant()) return arrive(frame, sender);
    this.#travellers.push({ frame, sender, dueMs: this.#dueMs(frame) });
    this.#bytes += frame.length;
    if (this.#bytes > UNDER_WAY_BYTES_MAX) this.#gate.hold(sender);
    if (!this.#isRunning) void this.#run();
  }

  /** What is on its way is gone. */
  close(): void {
    this.#closed.abort();
    this.#travellers = [];
    this.#bytes = 0;
    this.#gate.open();
  }

  #isInstant(): boolean {
    const { latencyMs, jitterMs, bitsPerMs } = this.effects;
    return latencyMs === 0 && jitterMs === 0 && bitsPerMs === undefined;
  }

  #dueMs({ length }: WireFrame): number {
    const { latencyMs, jitterMs, bitsPerMs } = this.effects;
    const { chance, clock } = this.#options;
    let leavesMs = clock.monotonicMs();
    if (bitsPerMs !== undefined) {
      leavesMs = Math.max(leavesMs, this.#sentMs) + (length * BITS_PER_BYTE) / bitsPerMs;
      this.#sentMs = leavesMs;
    }
    const variationMs = jitterMs === 0 ? 0 : jitterMs * (2 * chance.float() - 1);
    this.#lastDueMs = Math.max(this.#lastDueMs, leavesMs + Math.max(0, latencyMs + variationMs));
    return this.#lastDueMs;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closed;
    this.#isRunning = true;
    try {
      for (let next = this.#travellers[0]; next !== undefined; next = this.#travellers[0]) {
        await clock.sleep(Math.max(0, next.dueMs - clock.monotonicMs()), signal);
        this.#arriveUntil(clock.monotonicMs());
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  /** A path that was cut meanwhile loses also what was on its way. */
  #arriveUntil(nowMs: number): void {
    const { arrive, lose } = this.#options;
    const later = this.#travellers.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#travellers.splice(0, later === -1 ? this.#travellers.length : later);
    for (const { frame, sender } of due) {
      this.#bytes -= frame.length;
      if (this.effects.isCut) lose('cut');
      else arrive(frame, sender);
    }
    if (this.#bytes <= UNDER_WAY_BYTES_MAX / 2) this.#gate.open();
  }
}
