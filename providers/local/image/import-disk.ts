import type { Disk } from '#std/disk.ts';
import type { ImageForm } from './image-form.ts';
import { isQcow2, troubleOfQcow2 } from './import-qcow2.ts';

type Judged = { readonly diskFormat: ImageForm['diskFormat'] } | { readonly trouble: string };

/** So far the marks of all formats that are told apart lie. */
const HEAD_BYTES = 36 * 1_024;
const SECTOR_BYTES = 512;
/** Where firmware looks whether it may start what is there. */
const BOOT_MARK_OFFSET = 510;
const BOOT_MARK = Uint8Array.of(0x55, 0xaa);

/** What people have lying about, and is no disk that starts here as it is. */
const OTHERS: readonly (readonly [what: string, offset: number, mark: string])[] = [
  ['a VMDK', 0, 'KDMV'],
  ['a VMDK description', 0, '# Disk DescriptorFile'],
  ['a VHDX', 0, 'vhdxfile'],
  ['a VDI', 0, '<<< '],
  ['a VHD', 0, 'conectix'],
  ['compressed with xz: unpack it first', 0, '\u00fd7zXZ'],
  ['compressed with gzip: unpack it first', 0, '\u001f\u008b'],
  ['compressed with zstd: unpack it first', 0, '(\u00b5/\u00fd'],
  ['a zip archive: unpack it first', 0, 'PK\u0003\u0004'],
  ['a CD (ISO 9660): take the cloud image of that system, not its installer', 32_769, 'CD001'],
];

/** Whether machines can start from a file, and how. `boots`: from the disk itself, not by a kernel beside it. */
export async function judgeDisk(disk: Disk, path: string, { boots }: { readonly boots: boolean }): Promise<Judged> {
  const size = (await disk.size(path)) ?? 0;
  if (size === 0) return { trouble: 'It is empty.' };
  const head = await disk.head(path, HEAD_BYTES);
  if (isQcow2(head)) {
    const trouble = troubleOfQcow2(head, size);
    return trouble === undefined ? { diskFormat: 'qcow2' } : { trouble };
  }
  const other = OTHERS.find(([, offset, mark]) => hasAt(head, offset, Buffer.from(mark, 'latin1')));
  if (other !== undefined) return { trouble: `It is ${other[0]}. Disks are qcow2 or raw here.` };
  if (size % SECTOR_BYTES !== 0)
    return { trouble: 'It is neither qcow2 nor a whole number of sectors, as a raw disk is.' };
  if (boots && !hasAt(head, BOOT_MARK_OFFSET, BOOT_MARK))
    return { trouble: 'It is neither qcow2 nor a raw disk that starts: nothing is in its first sector that could.' };
  return { diskFormat: 'raw' };
}

function hasAt(head: Uint8Array, offset: number, mark: Uint8Array): boolean {
  return Buffer.compare(head.subarray(offset, offset + mark.length), mark) === 0;
}
