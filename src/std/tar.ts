import { assert } from './assert.ts';

export interface TarEntry {
  /** With its folders: `stages/network.sh`. */
  readonly name: string;
  /** Who may do what with it: `0o755`. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
/** What eleven octal digits can say. */
const SIZE_BYTES_MAX = 8 ** 11 - 1;

/** An archive as POSIX has it, of files that belong to root and have no age: the same files are the same bytes. */
export function tarArchive(entries: readonly TarEntry[]): Uint8Array {
  const inOrder = entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const blocks = inOrder.flatMap((entry) => [headerOf(entry), entry.bytes, Buffer.alloc(lacking(entry.bytes.length))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function lacking(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function headerOf({ name, mode, bytes }: TarEntry): Uint8Array {
  assert(Buffer.byteLength(name) <= NAME_BYTES_MAX, 'The name of a file in an archive is short.');
  assert(!name.startsWith('/') && !name.split('/').includes('..'), 'A file in an archive stays within it.');
  assert(bytes.length <= SIZE_BYTES_MAX, 'A file in an archive has a size that its header can say.');
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0);
  writeOctal(header, mode, { at: 100, digits: 7 });
  writeOctal(header, 0, { at: 108, digits: 7 });
  writeOctal(header, 0, { at: 116, digits: 7 });
  writeOctal(header, bytes.length, { at: 124, digits: 11 });
  writeOctal(header, 0, { at: 136, digits: 11 });
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  // The sum is taken with spaces where it will stand.
  header.fill(' ', 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return header;
}

function writeOctal(header: Buffer, value: number, { at, digits }: { at: number; digits: number }): void {
  header.write(value.toString(8).padStart(digits, '0'), at);
}
