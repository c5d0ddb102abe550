import { createSettled } from './conditional-write.ts';
import type { HeadKeeper } from './head-keeper.ts';
import type { Held } from './journal-writer.ts';
import { parseSnapshotKey, SNAPSHOT_PREFIX } from './object-keys.ts';
import { SnapshotEncoder } from './snapshot-object.ts';
import { patienceFromNow } from './state-ports.ts';
import { corrupt } from './store-problem.ts';

const KEPT = 2;
const ENTRIES_MIN = 256;
const OBJECTS_MIN = 100;
/** A snapshot costs as much as its records, so it waits for work in proportion: the whole stays linear. */
const RECORDS_PER_OBJECT = 50;
const RELEASE_OBJECTS_MIN = 20;
const RELEASE_RECORDS_PER_ENTRY = 4;

/** Writes snapshots beside the journal, one at a time; that one fails costs only a longer journal to read. */
export class SnapshotWriter {
  readonly #held: Held;
  readonly #head: HeadKeeper;
  readonly #encoder: SnapshotEncoder;
  #writing: Promise<void> | undefined;

  constructor(held: Held, head: HeadKeeper) {
    this.#held = held;
    this.#head = head;
    this.#encoder = new SnapshotEncoder(held.codec.seal);
  }

  /** Begins a snapshot when enough was journalled since the last. */
  considerWhileRunning(): void {
    const { objectsSince, entriesSince, state } = this.#held.loaded;
    const records = state.records.size;
    const due =
      entriesSince >= Math.max(ENTRIES_MIN, records) ||
      objectsSince >= Math.max(OBJECTS_MIN, records / RECORDS_PER_OBJECT);
    if (due && this.#writing === undefined) this.#begin();
  }

  /** The last chance of a run: spares the next one from reading the journal. */
  async considerAtRelease(): Promise<void> {
    await this.#writing;
    const { objectsSince, entriesSince, state } = this.#held.loaded;
    const worthwhile =
      objectsSince >= RELEASE_OBJECTS_MIN && entriesSince >= state.records.size / RELEASE_RECORDS_PER_ENTRY;
    if (worthwhile && !this.#held.keeper.lost.aborted) this.#begin();
    await this.#writing;
  }

  /** Writes one now and rejects when that fails. */
  async write(): Promise<void> {
    await this.#writing;
    await this.#write();
  }

  #begin(): void {
    this.#writing = this.#write()
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #write(): Promise<void> {
    const { ports, nonces, loaded, keeper } = this.#held;
    const { tip, state } = loaded;
    const { key, sha256, body } = this.#encoder.encode(state, tip, nonces.next());
    loaded.objectsSince = 0;
    loaded.entriesSince = 0;
    const patience = { ...patienceFromNow(ports), signal: keeper.lost };
    const result = await createSettled(ports, key, body, patience);
    if (!result.written) throw corrupt(key, 'something else is in its place');
    await this.#head.record(tip.seq, { key, sha256 });
    // What is left over is removed after the next snapshot.
    await this.#prune().catch(() => undefined);
  }

  async #prune(): Promise<void> {
    const { objects } = this.#held.ports;
    const keys = await objects.listObjects(SNAPSHOT_PREFIX);
    const snapshots = keys.filter((key) => parseSnapshotKey(key) !== undefined);
    for (const key of snapshots.slice(0, -KEPT)) await objects.removeObject(key);
  }
}
