import type { ClusterUid } from '#engine/address.ts';
import type { Declaration } from '#engine/declaration.ts';
import type { Journal, JournalEntry } from '#engine/journal.ts';
import type { Snapshot } from '#engine/record.ts';
import { keepBlueprint, readBlueprint } from './blueprint-archive.ts';
import type { Departure } from './head.ts';
import type { HeadKeeper } from './head-keeper.ts';
import { type Held, JournalWriter } from './journal-writer.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

/** The state of one cluster while this process alone may change it. Disposing of it lets the next one in. */
export class StateLease implements Journal, AsyncDisposable {
  readonly #held: Held;
  readonly #head: HeadKeeper;
  readonly #journal: JournalWriter;
  readonly #snapshots: SnapshotWriter;
  #released: Promise<void> | undefined;

  constructor(held: Held, head: HeadKeeper) {
    this.#held = held;
    this.#head = head;
    this.#snapshots = new SnapshotWriter(held, head);
    this.#journal = new JournalWriter(held, () => this.#snapshots.considerWhileRunning());
  }

  get lineage(): ClusterUid {
    return this.#held.codec.lineage;
  }

  get generation(): number {
    return this.#held.keeper.generation;
  }

  get snapshot(): Snapshot {
    return this.#held.loaded.state;
  }

  get lost(): AbortSignal {
    return this.#held.keeper.lost;
  }

  async append(...entries: readonly JournalEntry[]): Promise<void> {
    this.#held.keeper.throwIfLost();
    if (entries.length > 0) await this.#journal.append(entries);
  }

  async guard(callMs: number): Promise<void> {
    await this.#held.keeper.guard(callMs);
  }

  keepBlueprint(hash: string, declarations: readonly Declaration[]): Promise<void> {
    return keepBlueprint(this.#held.ports, this.#held.codec, { hash, declarations });
  }

  readBlueprint(hash: string): Promise<readonly Declaration[]> {
    return readBlueprint(this.#held.ports, this.#held.codec, hash);
  }

  /** Makes everything appended so far part of a snapshot, so that the journal before it is only history. */
  async writeSnapshot(): Promise<void> {
    await this.#journal.idle();
    await this.#snapshots.write();
  }

  /** Ends this state here for good: it goes on at another place, to which `finishMove` brings it. */
  async depart({ to, place }: Omit<Departure, 'arrived'>): Promise<void> {
    await this.writeSnapshot();
    await this.#head.depart({ to, place, arrived: false });
    await this[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    await this.#journal.idle();
    await this.#snapshots.considerAtRelease();
    await this.#held.keeper.release();
  }
}
