import type { InstanceId } from './address.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Clock } from '#std/clock.ts';

/** More would not fit into the tags that tell the members of a launch apart. */
const LOT_MAX = 20;

type CreateEntry = Extract<JournalEntry, { readonly type: 'create' }>;

/**
 * Creates that become due in the same moment and may share a request are one lot. Their intents are durable in one write:
 * were they not, a crash between two of them could leave a member that no intent knows.
 */
export class LotDesk {
  readonly #journal: Pick<Journal, 'append'>;
  readonly #clock: Clock;
  readonly #gathering = new Map<string, Gathering>();

  constructor(journal: Pick<Journal, 'append'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** Resolves when the intent of this create and of every other member is durable. */
  open(key: string, entry: CreateEntry): Promise<void> {
    const gathering = this.#gathering.get(key) ?? this.#gather(key);
    gathering.entries.push(entry);
    if (gathering.entries.length === LOT_MAX) this.#gathering.delete(key);
    return gathering.opened;
  }

  #gather(key: string): Gathering {
    const entries: CreateEntry[] = [];
    const gathering: Gathering = { entries, opened: this.#clock.sleep(0).then(() => this.#close(key, gathering)) };
    this.#gathering.set(key, gathering);
    return gathering;
  }

  #close(key: string, gathering: Gathering): Promise<void> {
    if (this.#gathering.get(key) === gathering) this.#gathering.delete(key);
    const lot: readonly InstanceId[] = gathering.entries.map(({ instanceId }) => instanceId);
    return this.#journal.append(...gathering.entries.map((entry) => ({ ...entry, lot })));
  }
}

interface Gathering {
  readonly entries: CreateEntry[];
  readonly opened: Promise<void>;
}
