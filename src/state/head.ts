import { z } from 'zod';
import { isClusterUid } from '#engine/address.ts';
import { checkStored, type Migrations, parseStored, STATE_FORMAT } from './format.ts';
import { HEAD_KEY } from './object-keys.ts';
import type { Stored } from './object-store.ts';

/** Where the state goes on. Nothing is written any more where this stands, so what was written is final. */
const Departure = z.strictObject({
  /** For people: where it went. */
  to: z.string(),
  /** What tells that place from every other. */
  place: z.string(),
  /** Whether it goes on there already. */
  arrived: z.boolean(),
});
export type Departure = Readonly<z.output<typeof Departure>>;

const HeadDocument = z.strictObject({
  format: z.literal(STATE_FORMAT),
  lineage: z.string().refine(isClusterUid),
  generation: z.number().int().positive(),
  /** Counts the writes of the head. */
  serial: z.number().int().positive(),
  nonce: z.string(),
  /** The data key that seals secrets, wrapped by a key that is kept elsewhere. */
  dataKey: z.string(),
  /** The last journal object that the snapshot contains; 0: the journal is read from its start. */
  journalSeq: z.number().int().nonnegative(),
  snapshot: z.strictObject({ key: z.string(), sha256: z.string() }).optional(),
  /** How often the state has moved: of its copies in several places the one that moved most often counts. */
  moves: z.number().int().nonnegative().default(0),
  departure: Departure.optional(),
});
export type HeadDocument = Readonly<z.output<typeof HeadDocument>>;

export interface StoredHead {
  readonly tag: string;
  readonly document: HeadDocument;
}

export function parseHead({ body, tag }: Stored, migrations: Migrations): StoredHead {
  const document = parseStored({ key: HEAD_KEY, kind: 'head', body }, migrations);
  return { tag, document: checkStored(HEAD_KEY, HeadDocument, document) };
}
