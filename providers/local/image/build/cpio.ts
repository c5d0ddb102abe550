/** One entry of an initial file system, with every number fixed: the same entries are the same bytes. */
export type CpioEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array; readonly isProgram?: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'character'; readonly path: string; readonly major: number; readonly minor: number };

const MAGIC = '070701';
const END = 'TRAILER!!!';
const ALIGNMENT = 4;

const MODES = { directory: 0o040755, file: 0o100644, program: 0o100755, link: 0o120777, character: 0o020600 } as const;

/** The format that the kernel unpacks, called `newc`. Paths are without a slash in front; a directory comes before what is in it. */
export function cpioArchive(entries: readonly CpioEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => record(entry, index + 1));
  return Buffer.concat([...parts, ...header({ path: END, mode: 0, size: 0, inode: 0, major: 0, minor: 0 })]);
}

function record(entry: CpioEntry, inode: number): readonly Uint8Array[] {
  const bytes = contentOf(entry);
  const { major, minor } = entry.kind === 'character' ? entry : { major: 0, minor: 0 };
  const head = header({ path: entry.path, mode: modeOf(entry), size: bytes.length, inode, major, minor });
  return [...head, bytes, padding(bytes.length)];
}

interface Head {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly inode: number;
  readonly major: number;
  readonly minor: number;
}

function header({ path, mode, size, inode, major, minor }: Head): readonly Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const [owner, group, links, time, check] = [0, 0, 1, 0, 0];
  const fields = [inode, mode, owner, group, links, time, size, 0, 0, major, minor, name.length, check];
  const head = Buffer.from(MAGIC + fields.map((value) => value.toString(16).padStart(8, '0')).join(''));
  return [head, name, padding(head.length + name.length)];
}

function contentOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === 'file') return entry.bytes;
  return entry.kind === 'link' ? Buffer.from(entry.to) : new Uint8Array();
}

function modeOf(entry: CpioEntry): number {
  return MODES[entry.kind === 'file' && entry.isProgram === true ? 'program' : entry.kind];
}

function padding(length: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}
