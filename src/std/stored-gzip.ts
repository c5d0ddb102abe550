import { crc32 } from 'node:zlib';

/** Deflate, nothing more, no age, and no word on which system made it. */
const HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const BLOCK_BYTES_MAX = 0xff_ff;
const LAST = 1;

/**
 * A gzip file that keeps its content as it is. What a compressor makes differs from one version of it to the next; this is
 * the same everywhere, and so has one digest.
 */
export function storedGzip(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += BLOCK_BYTES_MAX) {
    const piece = bytes.subarray(start, start + BLOCK_BYTES_MAX);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + BLOCK_BYTES_MAX >= bytes.length ? LAST : 0, 0);
    head.writeUInt16LE(piece.length, 1);
    head.writeUInt16LE(BLOCK_BYTES_MAX - piece.length, 3);
    blocks.push(head, piece);
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(bytes), 0);
  end.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([HEAD, ...blocks, end]);
}
