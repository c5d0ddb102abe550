import { join } from 'node:path';
import { assert } from '#std/assert.ts';
import { PARTITION_OFFSET_BYTES, SECTOR_BYTES, SECTORS_MAX, SECTORS_OFFSET } from './boot-loader.ts';
import { type CpioEntry, cpioArchive } from './cpio.ts';
import type { BuilderWorld } from './image-order.ts';
import { BOOT_MODULES, loadOrder } from './kernel-modules.ts';

/** Half a minute at the steps of INIT. */
const ROOT_WAIT_STEPS = 300;

/**
 * All that is done before the disk's own first program: its drivers, the disk itself, and a partition that takes all of it,
 * which may be larger than it was when it was made. The file system grows later, in use.
 */
const INIT = `#!/bin/busybox sh
await_disk() {
  step=0
  until [ -b "$1" ] || [ "$step" -ge ${ROOT_WAIT_STEPS} ]; do
    /bin/busybox usleep 100000
    step=$((step + 1))
  done
}
byte() { echo "\\\\0$(($1 >> 6 & 3))$(($1 >> 3 & 7))$(($1 & 7))"; }
grow() {
  disk=\${1%1}
  await_disk "$disk"
  sectors=$(($(/bin/busybox blockdev --getsz "$disk") - ${PARTITION_OFFSET_BYTES / SECTOR_BYTES}))
  [ "$sectors" -le ${SECTORS_MAX} ] || sectors=${SECTORS_MAX}
  [ "$sectors" -gt "$(/bin/busybox blockdev --getsz "$1")" ] || return 0
  size="$(byte "$sectors")$(byte $((sectors >> 8)))$(byte $((sectors >> 16)))$(byte $((sectors >> 24)))"
  /bin/busybox printf %b "$size" | /bin/busybox dd of="$disk" bs=1 seek=${SECTORS_OFFSET} conv=notrunc
  /bin/busybox blockdev --rereadpt "$disk"
}
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
init=/sbin/init
for word in $(/bin/busybox cat /proc/cmdline); do
  case $word in
    root=*) root=\${word#root=} ;;
    init=*) init=\${word#init=} ;;
  esac
done
for module in /modules/*; do /bin/busybox insmod "$module"; done
await_disk "$root"
grow "$root"
await_disk "$root"
/bin/busybox mount -t ext4 -o rw "$root" /root || echo "bootstrap: the root $root cannot be mounted"
/bin/busybox mount -o move /dev /root/dev
/bin/busybox umount /proc
exec /bin/busybox switch_root -c /dev/console /root "$init"
`;

/** The initial file system of a kernel, from what lies in the tree of the image. */
export async function initialFiles(world: Pick<BuilderWorld, 'files' | 'disk'>, tree: string): Promise<Uint8Array> {
  const modules = await modulesDirectory(world, tree);
  const ordered = loadOrder(await world.files.read(join(modules, 'modules.dep')), BOOT_MODULES);
  const loaded: CpioEntry[] = [];
  for (const [index, path] of ordered.entries()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const bytes = await world.disk.readBytes(join(modules, path));
    loaded.push({ kind: 'file', path: `modules/${String(index).padStart(2, '0')}-${name}`, bytes });
  }
  const busybox = await world.disk.readBytes(join(tree, 'usr/bin/busybox'));
  return cpioArchive([
    ...['bin', 'dev', 'modules', 'proc', 'root'].map((path): CpioEntry => ({ kind: 'directory', path })),
    { kind: 'character', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'file', path: 'bin/busybox', bytes: busybox, isProgram: true },
    { kind: 'file', path: 'init', bytes: Buffer.from(INIT), isProgram: true },
    ...loaded,
  ]);
}

async function modulesDirectory({ files }: Pick<BuilderWorld, 'files'>, tree: string): Promise<string> {
  const all = join(tree, 'usr/lib/modules');
  const [version, ...others] = await files.list(all);
  assert(version !== undefined && others.length === 0, 'An image has one kernel.');
  return join(all, version.name);
}
