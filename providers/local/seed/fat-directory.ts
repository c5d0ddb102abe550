import { assert } from '#std/assert.ts';

/** A file of which it is known where on the volume it is. */
export interface Placed {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Its first; 0: it has none. */
  readonly cluster: number;
  /** Tells its short name from those of the others. */
  readonly number: number;
}

const ENTRY = 32;
const ARCHIVE = 0x20;
const VOLUME_LABEL = 0x08;
const LONG_NAME = 0x0f;
/** Marks the piece of a long name that stands first, and is the last of it. */
const LAST_PIECE = 0x40;
/** The first day that there is: 1 January 1980. */
const FIRST_DAY = (1 << 5) | 1;
/** Where in its entry a piece of a long name has its thirteen characters. */
const PIECE_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;
const PIECES_MAX = 2;

export function volumeLabelEntry(label: string): Buffer {
  assert(/^[A-Z0-9]{1,11}$/.test(label), 'A label has up to eleven capital letters and digits.');
  return shortEntry(label.padEnd(11), { attributes: VOLUME_LABEL, cluster: 0, size: 0 });
}

/** Its long name from back to front in pieces, then the short one that old systems see, and what is known of it. */
export function directoryEntries({ name, bytes, cluster, number }: Placed): readonly Buffer[] {
  assert(/^[a-z0-9][a-z0-9-]*$/.test(name), 'A name has small letters, digits and hyphens.');
  const short = shortNameOf(name, number);
  const short8 = shortEntry(short, { attributes: ARCHIVE, cluster, size: bytes.length });
  return [...longName(name, checksumOf(short)), short8];
}

/** `USER-D~1` for the first file. */
function shortNameOf(name: string, number: number): string {
  const suffix = `~${number}`;
  return `${name.toUpperCase().slice(0, 8 - suffix.length)}${suffix}`.padEnd(11);
}

function longName(name: string, checksum: number): readonly Buffer[] {
  const perPiece = PIECE_OFFSETS.length;
  const count = Math.ceil(name.length / perPiece);
  assert(count <= PIECES_MAX, `A name has at most ${PIECES_MAX * perPiece} characters.`);
  const pieces = Array.from({ length: count }, (_, index) => {
    const entry = Buffer.alloc(ENTRY);
    entry.writeUInt8(index + 1 === count ? (index + 1) | LAST_PIECE : index + 1, 0);
    entry.writeUInt8(LONG_NAME, 11);
    entry.writeUInt8(checksum, 13);
    for (const [place, offset] of PIECE_OFFSETS.entries()) {
      entry.writeUInt16LE(unitAt(name, index * perPiece + place), offset);
    }
    return entry;
  });
  return pieces.toReversed();
}

/** Behind the name stands a zero, when there is room for it, and then nothing at all. */
function unitAt(name: string, index: number): number {
  if (index < name.length) return name.charCodeAt(index);
  return index === name.length ? 0 : 0xffff;
}

/** Ties a long name to the short one that it belongs to. */
function checksumOf(short: string): number {
  let sum = 0;
  for (const byte of Buffer.from(short, 'ascii')) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

function shortEntry(
  name: string,
  { attributes, cluster, size }: { readonly attributes: number; readonly cluster: number; readonly size: number },
): Buffer {
  const entry = Buffer.alloc(ENTRY);
  entry.write(name, 0, 11, 'ascii');
  entry.writeUInt8(attributes, 11);
  entry.writeUInt16LE(FIRST_DAY, 16);
  entry.writeUInt16LE(FIRST_DAY, 18);
  entry.writeUInt16LE(FIRST_DAY, 24);
  entry.writeUInt16LE(cluster, 26);
  entry.writeUInt32LE(size, 28);
  return entry;
}
