import { assert } from '#std/assert.ts';
import { ROOT_OF_PARTITIONED } from '../import-file.ts';
import type { BuildArchitecture } from './image-order.ts';

/** The file system begins here; before it lie the table of partitions and the boot loader. */
export const PARTITION_OFFSET_BYTES = 1_048_576;

export const SECTOR_BYTES = 512;
/** Behind the code in the first sector. */
const SIGNATURE_OFFSET = 440;
const ENTRY_OFFSET = 446;
const MARK_OFFSET = 510;
const MARK = [0x55, 0xaa];
const [ACTIVE, LINUX] = [0x80, 0x83];
/** Cylinder, head and sector of what lies further back than these can say. */
const BEYOND = [0xfe, 0xff, 0xff];
/** More a table of partitions cannot say. */
export const SECTORS_MAX = 2 ** 32 - 1;

/** In the tree, where GRUB's own installation keeps them. */
export const LOADER_FILES = { first: 'boot/grub/i386-pc/boot.img', core: 'boot/grub/i386-pc/core.img' } as const;

/** As the machine itself has what its kernel is started from. */
export const KERNEL_IN_TREE = 'boot/vmlinuz';
export const INITRD_IN_TREE = 'boot/initrd.img';

/** GRUB's program and its parts, and the one library of it that the tree has no other use for. */
const PACKAGES = ['grub-common', 'grub-pc-bin', 'libdevmapper1.02.1'];
/** What it takes to read a kernel from the first partition of a disk that the firmware knows. */
const MODULES = ['biosdisk', 'part_msdos', 'ext2', 'linux', 'serial', 'terminal'];

/**
 * Makes the boot loader in the tree, by packages that are not kept there. Undefined: there is none, and the machine's
 * kernel has to be brought by whoever starts it.
 */
export function loaderScript(architecture: BuildArchitecture): string | undefined {
  if (architecture !== 'amd64') return undefined;
  const room = 'tmp/loader';
  const tool = `/${room}/tree/usr/bin/grub-mkimage`;
  const core = [
    `chroot . env LD_LIBRARY_PATH=/${room}/tree/usr/lib/x86_64-linux-gnu ${tool}`,
    `--format=i386-pc --directory=/${room}/tree/usr/lib/grub/i386-pc --prefix='(,msdos1)/boot/grub'`,
    `--config=/${room}/start --output=/${LOADER_FILES.core} ${MODULES.join(' ')}`,
  ];
  return [
    'set -eu',
    'umask 022',
    'cd "$1"',
    `mkdir -p ${room} ${LOADER_FILES.core.slice(0, LOADER_FILES.core.lastIndexOf('/'))}`,
    `(cd ${room} && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --quiet download ${PACKAGES.join(' ')})`,
    `for package in ${room}/*.deb; do dpkg-deb --extract "$package" ${room}/tree; done`,
    `cat > ${room}/start <<'END'`,
    'serial --unit=0 --speed=115200',
    'terminal_output serial',
    `linux /${KERNEL_IN_TREE} ${kernelWords(architecture)}`,
    `initrd /${INITRD_IN_TREE}`,
    'boot',
    'END',
    core.join(' '),
    `cp ${room}/tree/usr/lib/grub/i386-pc/boot.img ${LOADER_FILES.first}`,
    `rm -rf ${room}`,
  ].join('\n');
}

const CONSOLES: Readonly<Record<BuildArchitecture, string>> = { amd64: 'ttyS0', arm64: 'ttyAMA0' };

/** What the kernel is told, by whomever it is started. */
export function kernelWords(architecture: BuildArchitecture): string {
  return `root=${ROOT_OF_PARTITIONED} rw console=${CONSOLES[architecture]}`;
}

interface Loader {
  /** What firmware reads and runs, of one sector. */
  readonly first: Uint8Array;
  /** What that reads from the sectors behind it. */
  readonly core: Uint8Array;
}

interface DiskHead {
  readonly loader: Loader | undefined;
  /** Tells disks of a system from others. */
  readonly signature: number;
  readonly partitionBytes: number;
}

/** What lies before the file system: one partition, and what starts from it. */
export function diskHead({ loader, signature, partitionBytes }: DiskHead): Uint8Array {
  const head = Buffer.alloc(loader === undefined ? SECTOR_BYTES : SECTOR_BYTES + loader.core.length);
  assert(head.length <= PARTITION_OFFSET_BYTES, 'The boot loader lies before the file system.');
  const sectors = partitionBytes / SECTOR_BYTES;
  assert(Number.isInteger(sectors) && sectors <= SECTORS_MAX, 'A partition is so many sectors as its table can say.');
  if (loader !== undefined) {
    head.set(loader.first.subarray(0, SIGNATURE_OFFSET));
    head.set(loader.core, SECTOR_BYTES);
  }
  head.writeUInt32LE(signature, SIGNATURE_OFFSET);
  head.set([ACTIVE, ...BEYOND, LINUX, ...BEYOND], ENTRY_OFFSET);
  head.writeUInt32LE(PARTITION_OFFSET_BYTES / SECTOR_BYTES, ENTRY_OFFSET + 8);
  head.writeUInt32LE(sectors, SECTORS_OFFSET);
  head.set(MARK, MARK_OFFSET);
  return head;
}

/** Where the table says how large the first partition is. */
export const SECTORS_OFFSET = ENTRY_OFFSET + 12;
