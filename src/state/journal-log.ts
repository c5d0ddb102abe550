import { z } from 'zod';
import { isClusterUid, type ClusterUid } from '#engine/address.ts';
import { JournalEntry } from '#engine/journal.ts';
import { sha256Hex } from '#std/hash.ts';
import { checkStored, type Migrations, parseStored, STATE_FORMAT } from './format.ts';
import { Holder } from './lease.ts';
import { journalKey } from './object-keys.ts';
import { mayHoldSealed, type Seal } from './seal.ts';
import { corrupt } from './store-problem.ts';

/** The end of the journal: what the next object must follow. */
export interface JournalTip {
  readonly seq: number;
  readonly generation: number;
  /** Hash of the body of object `seq`. */
  readonly sha256: string;
}

/** How a generation began. */
export const Opening = z.strictObject({ by: z.enum(['acquire', 'takeover', 'steal', 'promotion']), holder: Holder });
export type Opening = Readonly<z.output<typeof Opening>>;

const JournalObject = z.strictObject({
  format: z.literal(STATE_FORMAT),
  lineage: z.string().refine(isClusterUid),
  seq: z.number().int().positive(),
  generation: z.number().int().positive(),
  nonce: z.string(),
  previous: z.string(),
  /** Wall time, for people only. */
  atMs: z.number(),
  /** Only in the first object of a generation: from here on no older generation can write. */
  opens: Opening.optional(),
  entries: z.array(JournalEntry).readonly(),
});
export type JournalObject = Readonly<z.output<typeof JournalObject>>;

export interface JournalCodec {
  readonly lineage: ClusterUid;
  readonly seal: Seal;
  readonly migrations: Migrations;
}

/** What the journal of a cluster follows before its first object. */
export function emptyTip(lineage: ClusterUid): JournalTip {
  return { seq: 0, generation: 0, sha256: sha256Hex(lineage) };
}

/** What one writer adds to what the chain itself determines. */
export type JournalDraft = Pick<JournalObject, 'generation' | 'nonce' | 'atMs' | 'entries'> & {
  readonly opens?: Opening;
};

export interface EncodedJournalObject {
  readonly key: string;
  readonly body: string;
  readonly tip: JournalTip;
}

export function encodeJournalObject(codec: JournalCodec, tip: JournalTip, draft: JournalDraft): EncodedJournalObject {
  const seq = tip.seq + 1;
  const { generation, nonce, atMs, opens } = draft;
  const entries = draft.entries.map((entry) => codec.seal.close(entry, sealedUnder(entry, seq)));
  const origin = { format: STATE_FORMAT, lineage: codec.lineage, seq, generation, nonce, previous: tip.sha256, atMs };
  const body = JSON.stringify({ ...origin, opens, entries });
  return { key: journalKey(seq), body, tip: { seq, generation, sha256: sha256Hex(body) } };
}

export interface DecodedJournalObject {
  readonly document: JournalObject;
  readonly tip: JournalTip;
}

/** Reads the object that must follow `tip`; any gap, fork or change in the chain is a Problem that names the object. */
export function decodeJournalObject(codec: JournalCodec, tip: JournalTip, body: string): DecodedJournalObject {
  const seq = tip.seq + 1;
  const key = journalKey(seq);
  const stored = parseStored({ key, kind: 'journal', body }, codec.migrations);
  const entries = mayHoldSealed(body) ? openEntries(codec, seq, stored['entries']) : stored['entries'];
  const document = checkStored(key, JournalObject, { ...stored, entries });
  if (document.seq !== seq) throw corrupt(key, `it calls itself number ${document.seq}`);
  if (document.lineage !== codec.lineage) throw corrupt(key, 'it belongs to another cluster');
  if (document.previous !== tip.sha256) throw corrupt(key, 'it does not follow the object before it');
  if (document.generation < tip.generation) throw corrupt(key, 'its generation is older than the one before it');
  return { document, tip: { seq, generation: document.generation, sha256: sha256Hex(body) } };
}

function openEntries({ seal }: JournalCodec, seq: number, entries: unknown): unknown {
  if (!Array.isArray(entries)) return entries;
  return entries.map((entry: unknown) => seal.open(entry, sealedUnder(entry, seq)));
}

/** Secrets are bound to the instance they belong to, elsewhere to the journal object. */
function sealedUnder(entry: unknown, seq: number): string {
  const ownId = typeof entry === 'object' && entry !== null && 'instanceId' in entry ? entry.instanceId : undefined;
  return typeof ownId === 'string' ? ownId : journalKey(seq);
}
