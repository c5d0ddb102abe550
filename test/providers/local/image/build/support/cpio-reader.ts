import { assert } from '#std/assert.ts';

const HEADER_LENGTH = 110;
const FIELD_LENGTH = 8;
const MAGIC_LENGTH = 6;
const FIELD = { mode: 1, size: 6, major: 9, minor: 10, nameLength: 11 } as const;

export interface ReadEntry {
  readonly path: string;
  readonly type: number;
  readonly permissions: number;
  readonly device: readonly number[];
  /** In hexadecimal digits. */
  readonly text: string;
}

/** Reads the format as the kernel's documentation describes it. */
export function entriesOf(archive: Uint8Array): readonly ReadEntry[] {
  const bytes = Buffer.from(archive);
  const found: ReadEntry[] = [];
  for (let offset = 0; ;) {
    assert(offset % 4 === 0, 'Every header begins at a multiple of four.');
    assert(bytes.toString('latin1', offset, offset + MAGIC_LENGTH) === '070701', 'Every header begins with its mark.');
    const start = offset + MAGIC_LENGTH;
    const field = (index: number): number =>
      Number.parseInt(bytes.toString('latin1', start + index * FIELD_LENGTH, start + (index + 1) * FIELD_LENGTH), 16);
    const nameStart = offset + HEADER_LENGTH;
    const path = bytes.toString('utf8', nameStart, nameStart + field(FIELD.nameLength) - 1);
    if (path === 'TRAILER!!!') return found;
    const contentStart = upToFour(nameStart + field(FIELD.nameLength));
    const contentEnd = contentStart + field(FIELD.size);
    found.push({
      path,
      type: field(FIELD.mode) >> 9,
      permissions: field(FIELD.mode) & 0o777,
      device: [field(FIELD.major), field(FIELD.minor)],
      text: bytes.toString('hex', contentStart, contentEnd),
    });
    offset = upToFour(contentEnd);
  }
}

function upToFour(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
