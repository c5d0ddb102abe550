import { problem } from '#engine/problem.ts';
import type { ClusterUid } from '#engine/address.ts';
import { askSettled, swapSettled } from './conditional-write.ts';
import { STATE_FORMAT } from './format.ts';
import { refuseDeparted } from './departure.ts';
import { type Departure, type HeadDocument, parseHead, type StoredHead } from './head.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Nonces } from './nonces.ts';
import { HEAD_KEY, JOURNAL_PREFIX } from './object-keys.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';

const STAMPS_MAX = 16;

/** Reads the head; a state that has a journal and no head is broken, never empty. */
export async function readHead(ports: StatePorts, signal?: AbortSignal): Promise<StoredHead | undefined> {
  const { objects, migrations } = ports;
  const patience = patienceFromNow(ports, signal);
  const ask = () => askSettled(ports, () => objects.readRegister(HEAD_KEY), patience);
  const head = await ask();
  if (head !== undefined) return parseHead(head, migrations);
  const journal = await askSettled(ports, () => objects.listObjects(JOURNAL_PREFIX), patience);
  if (journal.length === 0) return undefined;
  // It may have been begun between the two questions.
  const begun = await ask();
  if (begun !== undefined) return parseHead(begun, migrations);
  const detail = `${objects.location} holds ${journal.length} journal objects and no ${HEAD_KEY}.`;
  throw problem('state.head-missing', { detail });
}

interface HeadOwner {
  readonly ports: StatePorts;
  readonly keeper: LeaseKeeper;
  readonly nonces: Nonces;
}

/** The head under one lease: stamped with its generation, so that every older writer is shut out. */
export class HeadKeeper {
  readonly #owner: HeadOwner;
  #stored: StoredHead;

  private constructor(owner: HeadOwner, stored: StoredHead) {
    this.#owner = owner;
    this.#stored = stored;
  }

  /** The first head of a new lineage; undefined when another came first. */
  static async begin(owner: HeadOwner, lineage: ClusterUid, dataKey: string): Promise<HeadKeeper | undefined> {
    const { keeper, nonces } = owner;
    const document: HeadDocument = {
      format: STATE_FORMAT,
      lineage,
      generation: keeper.generation,
      serial: 1,
      nonce: nonces.next(),
      dataKey,
      journalSeq: 0,
      moves: 0,
    };
    const tag = await write(owner, document, undefined);
    return tag === undefined ? undefined : new HeadKeeper(owner, { tag, document });
  }

  /** Stamps the generation; a snapshot that the holder before has just recorded is kept. */
  static async stamp(owner: HeadOwner, head: StoredHead): Promise<HeadKeeper> {
    const { keeper, nonces, ports } = owner;
    let found: StoredHead | undefined = head;
    for (let round = 0; round < STAMPS_MAX && found !== undefined; round += 1) {
      refuseDeparted(found, ports.objects.location);
      if (found.document.generation >= keeper.generation) await keeper.raise(found.document.generation + 1);
      const { generation } = keeper;
      const document = { ...found.document, generation, serial: found.document.serial + 1, nonce: nonces.next() };
      const tag = await write(owner, document, found.tag);
      if (tag !== undefined) return new HeadKeeper(owner, { tag, document });
      found = await readHead(ports);
    }
    throw problem('state.fenced', { detail: `Others keep writing ${HEAD_KEY}.` });
  }

  get stored(): StoredHead {
    return this.#stored;
  }

  /** Records a snapshot, and everything before it as contained. */
  record(journalSeq: number, snapshot: NonNullable<HeadDocument['snapshot']>): Promise<void> {
    return this.#change({ journalSeq, snapshot });
  }

  /** Ends the state here: whoever comes later finds where it goes on. */
  depart(departure: Departure): Promise<void> {
    return this.#change({ departure });
  }

  async #change(change: Partial<HeadDocument>): Promise<void> {
    const { keeper, nonces, ports } = this.#owner;
    for (let stored = this.#stored; ;) {
      keeper.throwIfLost();
      const serial = stored.document.serial + 1;
      const document = { ...stored.document, serial, nonce: nonces.next(), ...change };
      const tag = await write(this.#owner, document, stored.tag);
      if (tag !== undefined) {
        this.#stored = { tag, document };
        return;
      }
      const found = await readHead(ports);
      if (found === undefined || !nonces.owns(found.document.nonce)) {
        const fenced = problem('state.fenced', { detail: `Another run has written ${HEAD_KEY}.` });
        keeper.lose(fenced);
        throw fenced;
      }
      // A write of ours that was given up has landed after all.
      stored = found;
    }
  }
}

async function write(
  { ports }: HeadOwner,
  document: HeadDocument,
  expected: string | undefined,
): Promise<string | undefined> {
  const swap = { key: HEAD_KEY, body: JSON.stringify(document), expected };
  const result = await swapSettled(ports, swap, patienceFromNow(ports));
  return result.written ? result.tag : undefined;
}
