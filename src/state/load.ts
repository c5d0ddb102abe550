import { ClusterState } from '#engine/cluster-state.ts';
import type { JournalEntry } from '#engine/journal.ts';
import { isProblem } from '#engine/problem.ts';
import { AssertionFailed } from '#std/assert.ts';
import { sha256Hex } from '#std/hash.ts';
import { mapLimit } from '#std/map-limit.ts';
import { askSettled, type Patience } from './conditional-write.ts';
import type { HeadDocument } from './head.ts';
import {
  decodeJournalObject,
  emptyTip,
  type JournalCodec,
  type JournalObject,
  type JournalTip,
} from './journal-log.ts';
import { JOURNAL_PREFIX, journalKey, parseSnapshotKey, SNAPSHOT_PREFIX } from './object-keys.ts';
import { decodeSnapshot, type DecodedSnapshot } from './snapshot-object.ts';
import type { StatePorts } from './state-ports.ts';
import { corrupt } from './store-problem.ts';

const READS_AT_ONCE = 16;

/** A state and how far its journal has come. */
export interface LoadedState {
  readonly state: ClusterState;
  tip: JournalTip;
  /** What was folded since the last snapshot. */
  objectsSince: number;
  entriesSince: number;
}

export interface Loading {
  readonly ports: StatePorts;
  readonly codec: JournalCodec;
  readonly patience: Patience;
}

/** The last snapshot with the later journal folded on top. A damaged snapshot costs only the time to read more journal. */
export async function loadState(loading: Loading, head: HeadDocument): Promise<LoadedState> {
  const loaded = await loadBase(loading, head);
  await foldJournal(loading, loaded);
  if (loaded.tip.seq < head.journalSeq) throw corrupt(journalKey(loaded.tip.seq + 1), 'it is missing');
  return loaded;
}

/** Folds the object that follows the tip. */
export function foldNext(codec: JournalCodec, loaded: LoadedState, body: string): JournalObject {
  const { document, tip } = decodeJournalObject(codec, loaded.tip, body);
  try {
    foldEntries(loaded, tip, document.entries);
  } catch (error) {
    if (error instanceof AssertionFailed)
      throw corrupt(journalKey(tip.seq), 'it does not fit what was before it', error);
    throw error;
  }
  return document;
}

export function foldEntries(loaded: LoadedState, tip: JournalTip, entries: readonly JournalEntry[]): void {
  loaded.state.foldObject(tip.seq, entries);
  loaded.tip = tip;
  loaded.objectsSince += 1;
  loaded.entriesSince += entries.length;
}

/** Every object of the journal, from the first. */
export async function readJournal(loading: Loading): Promise<readonly JournalObject[]> {
  let tip = emptyTip(loading.codec.lineage);
  const documents: JournalObject[] = [];
  for (const body of await readBodies(loading, tip)) {
    const decoded = decodeJournalObject(loading.codec, tip, body);
    documents.push(decoded.document);
    ({ tip } = decoded);
  }
  return documents;
}

async function foldJournal(loading: Loading, loaded: LoadedState): Promise<void> {
  for (const body of await readBodies(loading, loaded.tip)) foldNext(loading.codec, loaded, body);
}

/** What follows the tip. */
async function readBodies({ ports, patience }: Loading, { seq }: JournalTip): Promise<readonly string[]> {
  const { objects } = ports;
  const after = seq === 0 ? undefined : journalKey(seq);
  const keys = await askSettled(ports, () => objects.listObjects(JOURNAL_PREFIX, after), patience);
  keys.forEach((key, index) => {
    const expected = journalKey(seq + 1 + index);
    if (key !== expected) throw corrupt(expected, `it is missing while ${key} is there`);
  });
  return mapLimit(keys, READS_AT_ONCE, async (key) => {
    const body = await askSettled(ports, () => objects.readObject(key), patience);
    if (body === undefined) throw corrupt(key, 'it is listed and not there');
    return body;
  });
}

async function loadBase(loading: Loading, { snapshot }: HeadDocument): Promise<LoadedState> {
  const { codec } = loading;
  if (snapshot === undefined) return beginning(codec);
  const latest = await trySnapshot(loading, snapshot.key, (sha256) => sha256 === snapshot.sha256);
  return latest ?? (await loadOlderBase(loading, snapshot.key));
}

async function loadOlderBase(loading: Loading, damaged: string): Promise<LoadedState> {
  const { ports, codec, patience } = loading;
  const keys = await askSettled(ports, () => ports.objects.listObjects(SNAPSHOT_PREFIX), patience);
  for (const key of keys.toReversed()) {
    const name = key < damaged ? parseSnapshotKey(key) : undefined;
    const older = name && (await trySnapshot(loading, key, (sha256) => sha256.startsWith(name.shaPrefix)));
    if (older !== undefined) return older;
  }
  return beginning(codec);
}

/** Undefined when the snapshot is missing or damaged: the journal that it stands for is still there. */
async function trySnapshot(
  { ports, codec, patience }: Loading,
  key: string,
  isWhole: (sha256: string) => boolean,
): Promise<LoadedState | undefined> {
  try {
    const body = await askSettled(ports, () => ports.objects.readObject(key), patience);
    if (body === undefined || !isWhole(sha256Hex(body))) return undefined;
    return based(decodeSnapshot(codec, key, body));
  } catch (error) {
    if (isProblem(error, 'state.corrupt')) return undefined;
    throw error;
  }
}

function based({ state, tip }: DecodedSnapshot): LoadedState {
  return { state, tip, objectsSince: 0, entriesSince: 0 };
}

function beginning({ lineage }: JournalCodec): LoadedState {
  return { state: new ClusterState(lineage), tip: emptyTip(lineage), objectsSince: 0, entriesSince: 0 };
}
