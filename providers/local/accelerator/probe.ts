import type { Architecture } from '#provider/catalogue.ts';
import { inOption } from '../qemu/quoting.ts';
import type { AcceleratorName } from './accelerator-name.ts';
import { BOOT_DISK } from './boot-sector.ts';
import { ARM_KERNEL } from './arm-kernel.ts';

/** What the program of a probe says when its work begins, and when it is done: nothing else on a console looks like it. */
export const BEGIN = '\u0002';
export const END = '\u0003';

/** A program without a system, that does a little work and says when. */
export interface Probe {
  readonly bytes: Uint8Array;
  /** With which QEMU ends when the program has told it to. */
  readonly exitCode: number;
  /** What the work takes with hardware that does it well. */
  readonly wellDoneMs: number;
  arguments(accelerator: AcceleratorName, image: string): readonly string[];
}

export function probeOf(architecture: Architecture): Probe {
  return PROBES[architecture];
}

const COMMON = [
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
  '-m',
  '32',
  '-chardev',
  'stdio,id=said,signal=off',
];

const PROBES: Readonly<Record<Architecture, Probe>> = {
  amd64: {
    bytes: BOOT_DISK,
    // What is written to the device, doubled, and one.
    exitCode: 33,
    wellDoneMs: 60,
    arguments: (accelerator, image) =>
      [
        COMMON,
        ['-machine', 'q35', '-accel', accelerator, '-cpu', accelerator === 'tcg' ? 'Nehalem' : 'host'],
        ['-drive', `id=probe,if=none,format=raw,readonly=on,file=${inOption(image)}`],
        ['-device', 'virtio-blk-pci,drive=probe,bootindex=0'],
        ['-device', 'isa-debugcon,iobase=0xe9,chardev=said'],
        ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
      ].flat(),
  },
  // There is no boot sector, and no device to end by: it is a kernel, says what it says on the serial port, and switches off.
  arm64: {
    bytes: ARM_KERNEL,
    exitCode: 0,
    wellDoneMs: 30,
    arguments: (accelerator, image) =>
      [
        COMMON,
        ['-machine', 'virt', '-accel', accelerator, '-cpu', accelerator === 'tcg' ? 'cortex-a72' : 'host'],
        ['-kernel', image, '-serial', 'chardev:said'],
      ].flat(),
  },
};
