import type { JournalEntry } from '#engine/journal.ts';
import { asProblem, problem, type Problem } from '#engine/problem.ts';
import { createSettled } from './conditional-write.ts';
import { encodeJournalObject, type JournalCodec } from './journal-log.ts';
import { checkEntries } from './journal-fit.ts';
import { leaseExpired, type LeaseKeeper } from './lease-keeper.ts';
import { foldEntries, type LoadedState } from './load.ts';
import type { Nonces } from './nonces.ts';
import type { StatePorts } from './state-ports.ts';

/** What the parts of a held lease share. */
export interface Held {
  readonly ports: StatePorts;
  readonly codec: JournalCodec;
  readonly keeper: LeaseKeeper;
  readonly nonces: Nonces;
  readonly loaded: LoadedState;
}

interface Batch {
  readonly entries: JournalEntry[];
  readonly durable: Promise<void>;
  resolve(): void;
  reject(reason: Problem): void;
}

/** Appends to the journal with at most one write under way; what is appended meanwhile goes into the next object. */
export class JournalWriter {
  readonly #held: Held;
  readonly #onWritten: () => void;
  #next: Batch | undefined;
  #draining: Promise<void> | undefined;

  constructor(held: Held, onWritten: () => void) {
    this.#held = held;
    this.#onWritten = onWritten;
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    this.#next ??= newBatch();
    this.#next.entries.push(...entries);
    const { durable } = this.#next;
    this.#draining ??= this.#drain();
    return durable;
  }

  /** Resolves when nothing is waiting to be written, whether it was written or refused. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // One turn later, so that everything appended in this one shares the write.
    await Promise.resolve();
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      try {
        await this.#write(batch.entries);
        batch.resolve();
      } catch (error) {
        // Whether an unsettled object lands later is not known, so nothing may follow it: the next run reads what came of it.
        const reason = asProblem(error);
        this.#held.keeper.lose(reason);
        batch.reject(reason);
      }
    }
    this.#draining = undefined;
  }

  #take(): Batch | undefined {
    const batch = this.#next;
    this.#next = undefined;
    return batch;
  }

  async #write(entries: readonly JournalEntry[]): Promise<void> {
    const { ports, codec, keeper, nonces, loaded } = this.#held;
    keeper.throwIfLost();
    checkEntries(loaded.state, entries);
    const draft = { generation: keeper.generation, nonce: nonces.next(), atMs: ports.clock.wallMs(), entries };
    const { key, body, tip } = encodeJournalObject(codec, loaded.tip, draft);
    const result = await this.#create(key, body);
    if (!result.written) throw problem('state.fenced', { detail: `Another run has written ${key}.` });
    foldEntries(loaded, tip, entries);
    keeper.serial = tip.seq;
    this.#onWritten();
  }

  async #create(key: string, body: string): ReturnType<typeof createSettled> {
    const { ports, keeper } = this.#held;
    try {
      return await createSettled(ports, key, body, { deadlineMs: () => keeper.validUntilMs, signal: keeper.lost });
    } catch (error) {
      const reason = asProblem(error);
      if (reason.code === 'state.unavailable') throw leaseExpired(reason.detail, reason);
      throw reason;
    }
  }
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { entries: [], durable: promise, resolve, reject };
}
