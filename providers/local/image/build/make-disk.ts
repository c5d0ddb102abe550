import { sha256Hex } from '#std/hash.ts';
import type { Builder } from './builder.ts';
import { BUILDABLE, type BuildArchitecture, type ImageOrder } from './image-order.ts';
import type { Workshop } from './workshop.ts';

const LOADERS: Readonly<Record<BuildArchitecture, { readonly libraries: string; readonly loader: string }>> = {
  amd64: { libraries: 'usr/lib/x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { libraries: 'usr/lib/aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

const FEATURES =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

/**
 * The file system is made by the image's own e2fsprogs, not the workstation's: so it does not depend on where it is made.
 * Its size follows from the sizes of the files, its order from their names, and no time in it is later than the epoch.
 */
const SCRIPT = `
set -eu
umask 022
cd "$1"
libraries=$2 loader=$3 uuid=$4 seed=$5 features=$6
mkdir tree
tar --extract --file - --directory tree --numeric-owner --same-permissions --xattrs --xattrs-include='*' --exclude './dev/*'
mv tree/boot/vmlinuz-* vmlinuz
chmod 0644 vmlinuz
kib=$(find tree -printf '%y %s\\n' | awk '$1 == "f" { kib += int(($2 + 4095) / 4096) * 4; next } { kib += 4 } END { print kib }')
mib=$(( (kib * 5 / 4 / 1024 + 384 + 255) / 256 * 256 ))
truncate --size="$mib"M disk.raw
MKE2FS_CONFIG=/dev/null "tree/$libraries/$loader" --library-path "tree/$libraries" tree/usr/sbin/mke2fs -q -F -t ext4 \\
  -O "$features" -b 4096 -I 256 -i 16384 -m 1 -L root -U "$uuid" \\
  -E "hash_seed=$seed,root_owner=0:0,lazy_itable_init=1,assume_storage_prezeroed=1" -d tree disk.raw "$mib"M
chmod 0644 disk.raw
`;

/** Leaves `disk.raw`, `vmlinuz` and the `tree` that they were made from in the inner workshop. */
export async function makeDisk(
  { builder, workshop }: { readonly builder: Builder; readonly workshop: Workshop },
  { system, architecture }: Pick<ImageOrder, 'system' | 'architecture'>,
  tar: string,
  signal: AbortSignal,
): Promise<void> {
  const { libraries, loader } = LOADERS[architecture];
  const epoch = String(BUILDABLE[system].epochS);
  const uuid = fixedUuid(`${system} ${architecture} root`);
  const hashSeed = fixedUuid(`${system} ${architecture} names`);
  await builder.runInside(SCRIPT, [workshop.inner, libraries, loader, uuid, hashSeed, FEATURES], {
    signal,
    standardInput: tar,
    variables: { SOURCE_DATE_EPOCH: epoch, E2FSPROGS_FAKE_TIME: epoch },
  });
}

/** The same for every image of a system: nothing ever tells two of them apart by it. */
function fixedUuid(name: string): string {
  const hex = sha256Hex(name);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
