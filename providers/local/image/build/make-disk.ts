import { sha256Hex } from '#std/hash.ts';
import { INITRD_IN_TREE, KERNEL_IN_TREE, PARTITION_OFFSET_BYTES } from './boot-loader.ts';
import type { Builder } from './builder.ts';
import { BUILDABLE, type BuildArchitecture, type ImageOrder } from './image-order.ts';
import type { Workshop } from './workshop.ts';

const LOADERS: Readonly<Record<BuildArchitecture, { readonly libraries: string; readonly loader: string }>> = {
  amd64: { libraries: 'usr/lib/x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { libraries: 'usr/lib/aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

const FEATURES =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

const UNPACK = `
set -eu
umask 022
cd "$1"
mkdir tree
tar --extract --file - --directory tree --numeric-owner --same-permissions --xattrs --xattrs-include='*' --exclude './dev/*'
mv tree/boot/vmlinuz-* "tree/$2"
cp "tree/$2" vmlinuz
chmod 0644 vmlinuz
`;

/**
 * The file system is made by the image's own e2fsprogs, not the workstation's: so it does not depend on where it is made.
 * Its size follows from the sizes of the files, its order from their names, and no time in it is later than the epoch.
 */
const FORMAT = `
set -eu
umask 022
cd "$1"
libraries=$2 loader=$3 uuid=$4 seed=$5 features=$6 initrd=$7 offset=$8 place=$9
cp "$place" "tree/$initrd"
chmod 0644 "tree/$initrd"
kib=$(find tree -printf '%y %s\\n' | awk '$1 == "f" { kib += int(($2 + 4095) / 4096) * 4; next } { kib += 4 } END { print kib }')
mib=$(( (kib * 5 / 4 / 1024 + 384 + 255) / 256 * 256 ))
truncate --size="$(( mib * 1048576 + offset ))" disk.raw
MKE2FS_CONFIG=/dev/null "tree/$libraries/$loader" --library-path "tree/$libraries" tree/usr/sbin/mke2fs -q -F -t ext4 \\
  -O "$features" -b 4096 -I 256 -i 16384 -m 1 -L root -U "$uuid" \\
  -E "offset=$offset,hash_seed=$seed,root_owner=0:0,lazy_itable_init=1,assume_storage_prezeroed=1" -d tree disk.raw "$mib"M
chmod 0644 disk.raw
`;

/** The rest of the disk stays as it is. */
const BEGIN = 'set -eu; cd "$1"; dd if="$2" of=disk.raw conv=notrunc status=none';

export interface DiskSite {
  readonly builder: Builder;
  readonly workshop: Workshop;
}

/** Leaves the `tree` and its `vmlinuz` in the inner workshop. */
export async function unpackTree({ builder, workshop }: DiskSite, tar: string, signal: AbortSignal): Promise<void> {
  await builder.runInside(UNPACK, [workshop.inner, KERNEL_IN_TREE], { signal, standardInput: tar });
}

/** Leaves `disk.raw` there, with nothing before its partition yet. `initrd` is a file that everybody can read. */
export async function makeDisk(
  { builder, workshop }: DiskSite,
  { system, architecture }: Pick<ImageOrder, 'system' | 'architecture'>,
  initrd: string,
  signal: AbortSignal,
): Promise<void> {
  const { libraries, loader } = LOADERS[architecture];
  const epoch = String(BUILDABLE[system].epochS);
  const uuid = fixedUuid(`${system} ${architecture} root`);
  const hashSeed = fixedUuid(`${system} ${architecture} names`);
  const names = [libraries, loader, uuid, hashSeed, FEATURES];
  const places = [INITRD_IN_TREE, String(PARTITION_OFFSET_BYTES), initrd];
  await builder.runInside(FORMAT, [workshop.inner, ...names, ...places], {
    signal,
    variables: { SOURCE_DATE_EPOCH: epoch, E2FSPROGS_FAKE_TIME: epoch },
  });
}

/** Puts there what lies before the partition. `head` is a file that everybody can read. */
export async function beginDisk({ builder, workshop }: DiskSite, head: string, signal: AbortSignal): Promise<void> {
  await builder.runInside(BEGIN, [workshop.inner, head], { signal });
}

/** What the table of partitions is known by. */
export function diskSignature({ system, architecture }: Pick<ImageOrder, 'system' | 'architecture'>): number {
  return Number.parseInt(sha256Hex(`${system} ${architecture} disk`).slice(0, 8), 16);
}

/** The same for every image of a system: nothing ever tells two of them apart by it. */
function fixedUuid(name: string): string {
  const hex = sha256Hex(name);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
