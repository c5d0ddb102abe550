import type { ClusterUid } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { assert } from '#std/assert.ts';
import { createSettled } from './conditional-write.ts';
import { openDataKey } from './data-key-wrap.ts';
import { called } from './departure.ts';
import type { StoredHead } from './head.ts';
import { HeadKeeper, readHead } from './head-keeper.ts';
import { encodeJournalObject, type JournalCodec } from './journal-log.ts';
import type { Held } from './journal-writer.ts';
import type { Tenure } from './lease-acquisition.ts';
import { describeHolder } from './lease.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { foldEntries, foldNext, loadState } from './load.ts';
import { newClusterUid } from './new-cluster-uid.ts';
import { journalKey } from './object-keys.ts';
import { Seal } from './seal.ts';
import { StateLease } from './state-lease.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';
import { corrupt } from './store-problem.ts';

const TAKEN_SLOTS_MAX = 64;

interface Opening {
  readonly ports: StatePorts;
  readonly tenure: Tenure;
  readonly keeper: LeaseKeeper;
}

/** The lease is ours: shut every older writer out, then read what is there. Lets go again when that fails. */
export async function openTenure(
  ports: StatePorts,
  tenure: Tenure,
  expected: ClusterUid | undefined,
): Promise<StateLease> {
  const keeper = new LeaseKeeper(ports, tenure);
  keeper.start();
  const opening = { ports, tenure, keeper };
  try {
    const found = tenure.head ?? (await readHead(ports));
    const head = found && tenure.opening.by === 'promotion' ? called(found) : found;
    const lease = head === undefined ? await begin(opening, expected) : await resume(opening, head, expected);
    const { generation } = keeper;
    ports.emit({ type: 'lease-acquired', generation, holder: describeHolder(ports.holder) });
    return lease;
  } catch (error) {
    await keeper.release();
    throw error;
  }
}

export function checkLineage(lineage: ClusterUid, expected: ClusterUid | undefined): void {
  if (expected === undefined || lineage === expected) return;
  throw problem('state.lineage-differs', { detail: `It is the state of ${lineage}, not of ${expected}.` });
}

async function begin(opening: Opening, expected: ClusterUid | undefined): Promise<StateLease> {
  const { ports, keeper, tenure } = opening;
  const { nonces } = tenure;
  const lineage = expected ?? newClusterUid(ports.random);
  const { bytes, wrapped } = await ports.seal.create(lineage);
  const head = await HeadKeeper.begin({ ports, keeper, nonces }, lineage, wrapped);
  if (head !== undefined) return enter(opening, head, codecOf(ports, lineage, bytes));
  const foreign = await readHead(ports);
  assert(foreign !== undefined, 'A head that came before ours is there.');
  return resume(opening, foreign, expected);
}

async function resume(opening: Opening, stored: StoredHead, expected: ClusterUid | undefined): Promise<StateLease> {
  const { ports, keeper, tenure } = opening;
  const { lineage, dataKey } = stored.document;
  checkLineage(lineage, expected);
  const bytes = await openDataKey(ports.seal, lineage, dataKey);
  const head = await HeadKeeper.stamp({ ports, keeper, nonces: tenure.nonces }, stored);
  return enter(opening, head, codecOf(ports, lineage, bytes));
}

async function enter(
  { ports, keeper, tenure }: Opening,
  stamped: HeadKeeper,
  codec: JournalCodec,
): Promise<StateLease> {
  const { nonces, document, opening } = tenure;
  const loaded = await loadState({ ports, codec, patience: patienceFromNow(ports) }, stamped.stored.document);
  // A copy may be behind its original: promoting it accepts that.
  const isBehind = loaded.tip.seq < document.serial && opening.by !== 'promotion';
  if (isBehind) throw corrupt(journalKey(loaded.tip.seq + 1), 'it is missing');
  const held: Held = { ports, codec, keeper, nonces, loaded };
  const head = await overtake(held, stamped);
  await openGeneration(held, tenure);
  return new StateLease(held, head);
}

/** A lease and a head that were lost, or restored from a backup, may be behind the journal. */
async function overtake(held: Held, head: HeadKeeper): Promise<HeadKeeper> {
  const { keeper, loaded } = held;
  if (loaded.tip.generation < keeper.generation) return head;
  await keeper.raise(loaded.tip.generation + 1);
  return HeadKeeper.stamp(held, head.stored);
}

/** From this object on every older writer finds its next place in the journal taken. */
async function openGeneration(held: Held, { opening }: Tenure): Promise<void> {
  const { ports, codec, keeper, nonces, loaded } = held;
  for (let taken = 0; taken < TAKEN_SLOTS_MAX; taken += 1) {
    const { generation } = keeper;
    const draft = { generation, nonce: nonces.next(), atMs: ports.clock.wallMs(), opens: opening, entries: [] };
    const { key, body, tip } = encodeJournalObject(codec, loaded.tip, draft);
    const result = await createSettled(ports, key, body, patienceFromNow(ports));
    if (result.written) {
      foldEntries(loaded, tip, []);
      keeper.serial = tip.seq;
      return;
    }
    const { generation: other } = foldNext(codec, loaded, result.found);
    if (other >= generation) throw fencedBy(keeper, key);
  }
  throw fencedBy(keeper, journalKey(loaded.tip.seq + 1));
}

function fencedBy(keeper: LeaseKeeper, key: string): Error {
  const fenced = problem('state.fenced', { detail: `Another run has written ${key}.` });
  keeper.lose(fenced);
  return fenced;
}

export function codecOf({ random, migrations }: StatePorts, lineage: ClusterUid, key: Uint8Array): JournalCodec {
  return { lineage, migrations, seal: new Seal({ lineage, key, random }) };
}
