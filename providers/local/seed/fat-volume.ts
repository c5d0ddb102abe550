import { assert } from '#std/assert.ts';
import { directoryEntries, type Placed, volumeLabelEntry } from './fat-directory.ts';

interface VolumeFile {
  /** One to 26 characters of ASCII, as people see it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const SECTOR = 512;
const SECTORS = 512;
const RESERVED_SECTORS = 1;
const FATS = 2;
const FAT_SECTORS = 2;
const ROOT_ENTRIES = 64;
const ENTRY = 32;
const ROOT_SECTOR = RESERVED_SECTORS + FATS * FAT_SECTORS;
const DATA_SECTOR = ROOT_SECTOR + (ROOT_ENTRIES * ENTRY) / SECTOR;
/** The first two numbers of clusters are not those of clusters. */
const FIRST_CLUSTER = 2;
const CLUSTERS = SECTORS - DATA_SECTOR;
const FIXED_DISK = 0xf8;
const LAST_OF_CHAIN = 0xfff;
const SERIAL = 0x0b00_75ed;

/** What the files of one volume can have together. */
export const VOLUME_BYTES_MAX = CLUSTERS * SECTOR;

/**
 * A disk of 256 KiB with a FAT12 file system on all of it, with clusters of one sector and without a date that changes: the
 * same files make the same bytes. Every kernel reads it, and no tool is needed to write it.
 */
export function fatVolume(label: string, files: readonly VolumeFile[]): Uint8Array {
  const placed = place(files);
  const disk = Buffer.alloc(SECTORS * SECTOR);
  bootSector(label).copy(disk);
  const table = allocationTable(placed);
  for (let copy = 0; copy < FATS; copy += 1) table.copy(disk, (RESERVED_SECTORS + copy * FAT_SECTORS) * SECTOR);
  const entries = [volumeLabelEntry(label), ...placed.flatMap((file) => directoryEntries(file))];
  // The one that is left is empty, and so says where the directory ends.
  assert(entries.length < ROOT_ENTRIES, 'The files fit into the root directory of the volume.');
  Buffer.concat(entries).copy(disk, ROOT_SECTOR * SECTOR);
  for (const { bytes, cluster } of placed) disk.set(bytes, (DATA_SECTOR + cluster - FIRST_CLUSTER) * SECTOR);
  return disk;
}

/** One behind the other; a file without content has no cluster. */
function place(files: readonly VolumeFile[]): readonly Placed[] {
  let next = FIRST_CLUSTER;
  return files.map(({ name, bytes }, index) => {
    const cluster = bytes.length === 0 ? 0 : next;
    next += clustersOf(bytes);
    assert(next - FIRST_CLUSTER <= CLUSTERS, `The files fit into the ${VOLUME_BYTES_MAX} bytes of the volume.`);
    return { name, bytes, cluster, number: index + 1 };
  });
}

function clustersOf(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / SECTOR);
}

/** For each cluster the next one of its file, in twelve bits. */
function allocationTable(placed: readonly Placed[]): Buffer {
  const table = Buffer.alloc(FAT_SECTORS * SECTOR);
  setLink(table, 0, 0xf00 | FIXED_DISK);
  setLink(table, 1, LAST_OF_CHAIN);
  for (const { bytes, cluster } of placed) {
    const end = cluster + clustersOf(bytes);
    for (let at = cluster; at < end; at += 1) setLink(table, at, at + 1 === end ? LAST_OF_CHAIN : at + 1);
  }
  return table;
}

/** Two links share three bytes. */
function setLink(table: Buffer, cluster: number, link: number): void {
  const offset = Math.floor((cluster * 3) / 2);
  const both = table.readUInt16LE(offset);
  const joined = cluster % 2 === 0 ? (both & 0xf000) | link : (both & 0x000f) | (link << 4);
  table.writeUInt16LE(joined, offset);
}

function bootSector(label: string): Buffer {
  const sector = Buffer.alloc(SECTOR);
  // A jump over the description, to nothing: nobody boots from it.
  sector.set([0xeb, 0x3c, 0x90], 0);
  sector.write('BOOTSTRA', 3, 'ascii');
  sector.writeUInt16LE(SECTOR, 11);
  sector.writeUInt8(1, 13);
  sector.writeUInt16LE(RESERVED_SECTORS, 14);
  sector.writeUInt8(FATS, 16);
  sector.writeUInt16LE(ROOT_ENTRIES, 17);
  sector.writeUInt16LE(SECTORS, 19);
  sector.writeUInt8(FIXED_DISK, 21);
  sector.writeUInt16LE(FAT_SECTORS, 22);
  sector.writeUInt16LE(32, 24);
  sector.writeUInt16LE(2, 26);
  sector.writeUInt8(0x80, 36);
  sector.writeUInt8(0x29, 38);
  sector.writeUInt32LE(SERIAL, 39);
  sector.write(label.padEnd(11), 43, 'ascii');
  sector.write('FAT12   ', 54, 'ascii');
  sector.set([0x55, 0xaa], 510);
  return sector;
}
