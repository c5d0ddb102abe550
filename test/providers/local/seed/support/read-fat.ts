/** What is on a FAT volume, as its own description says: nothing is taken from the code that writes it. */
interface ReadVolume {
  readonly label: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The short names, for systems that know no others. */
  readonly shortNames: readonly string[];
}

const ENTRY = 32;
const LONG = 0x0f;
const LABEL = 0x08;

export function readFat(image: Uint8Array): ReadVolume {
  const disk = Buffer.from(image);
  const sector = disk.readUInt16LE(11);
  const perCluster = disk.readUInt8(13);
  const reserved = disk.readUInt16LE(14);
  const tables = disk.readUInt8(16);
  const rootEntries = disk.readUInt16LE(17);
  const sectors = disk.readUInt16LE(19);
  const tableSectors = disk.readUInt16LE(22);
  const root = reserved + tables * tableSectors;
  const data = root + Math.ceil((rootEntries * ENTRY) / sector);
  const clusters = Math.floor((sectors - data) / perCluster);
  if (sectors * sector !== disk.length) throw new Error('The volume is not as long as it says.');
  if (clusters >= 4_085) throw new Error('With so many clusters it is no FAT12.');
  if (disk.readUInt16LE(510) !== 0xaa55) throw new Error('The first sector has no end mark.');
  const copies = Array.from({ length: tables }, (_, copy) => {
    const start = (reserved + copy * tableSectors) * sector;
    return disk.subarray(start, start + tableSectors * sector);
  });
  const [table = Buffer.alloc(0), ...others] = copies;
  if (others.some((other) => !other.equals(table))) throw new Error('The tables differ.');
  const link = (cluster: number): number => {
    const both = table.readUInt16LE(cluster + (cluster >> 1));
    return cluster % 2 === 0 ? both & 0xfff : both >> 4;
  };
  const used = new Set<number>();
  const contentOf = (first: number, size: number): Uint8Array => {
    const pieces: Buffer[] = [];
    for (let cluster = first; cluster !== 0 && cluster < 0xff8; cluster = link(cluster)) {
      if (cluster < 2 || cluster >= clusters + 2 || used.has(cluster)) throw new Error(`Cluster ${cluster} is astray.`);
      used.add(cluster);
      const start = (data + (cluster - 2) * perCluster) * sector;
      pieces.push(disk.subarray(start, start + perCluster * sector));
    }
    const all = Buffer.concat(pieces);
    if (all.length - size >= sector * perCluster || all.length < size) throw new Error('A chain has another length.');
    return all.subarray(0, size);
  };
  const { label, found } = readRoot(disk.subarray(root * sector, data * sector));
  const files = new Map(found.map(({ name, first, size }) => [name, contentOf(first, size)]));
  const linked = Array.from({ length: clusters }, (_, index) => index + 2).filter((cluster) => link(cluster) !== 0);
  if (linked.some((cluster) => !used.has(cluster))) throw new Error('A cluster is taken by nobody.');
  if (disk.toString('ascii', 43, 54).trim() !== label) throw new Error('The two labels differ.');
  return { label, files, shortNames: found.map(({ short }) => short) };
}

interface Found {
  readonly name: string;
  readonly short: string;
  readonly first: number;
  readonly size: number;
}

function readRoot(root: Buffer): { readonly label: string; readonly found: readonly Found[] } {
  let label = '';
  let long = '';
  const found: Found[] = [];
  for (let offset = 0; offset < root.length && root[offset] !== 0; offset += ENTRY) {
    const entry = root.subarray(offset, offset + ENTRY);
    const attributes = entry.readUInt8(11);
    if (attributes === LONG) long = `${pieceOf(entry)}${long}`;
    else if (attributes === LABEL) label = entry.toString('ascii', 0, 11).trim();
    else {
      const short = entry.toString('ascii', 0, 11);
      if (long !== '' && sumOf(entry) !== root.readUInt8(offset - ENTRY + 13))
        throw new Error('A long name is astray.');
      found.push({ name: long, short, first: entry.readUInt16LE(26), size: entry.readUInt32LE(28) });
      long = '';
    }
  }
  return { label, found };
}

function pieceOf(entry: Buffer): string {
  const units = [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)];
  const text = Buffer.concat(units).toString('utf16le');
  return text.split('\u0000')[0] ?? '';
}

/** Rotates to the right by one bit, then adds. */
function sumOf(entry: Buffer): number {
  return entry.subarray(0, 11).reduce((sum, byte) => ((((sum << 7) | (sum >> 1)) & 0xff) + byte) & 0xff, 0);
}
