import type { AcceleratorName } from '../accelerator/accelerator-name.ts';
import type { InstalledQemu } from './installed-qemu.ts';
import type { Forward, MachineForm, OutsideLink, SegmentLink } from './machine-form.ts';
import { commandLine, inOption } from './quoting.ts';
import { isAtLeast, type QemuVersion } from './qemu-version.ts';

/** What of the installed QEMU decides how it is spoken to. */
export type QemuDialect = Pick<InstalledQemu, 'version' | 'firmware'>;

/** The card that leads outside, by the name that ports are added to it later. */
export const OUTSIDE = 'outside';
/** What every machine has on that card, each alone with it: QEMU gives it, and leads ports there. */
export const OUTSIDE_ADDRESS = '10.0.2.15';
/** What a machine sees of its mailbox: see `door`. */
const MAILBOX_ADDRESS = '10.0.2.100';

/**
 * Stays in the foreground of its own process group: a QEMU that makes itself a daemon says nothing any more, and what it
 * says last is the only trace of why a machine has died.
 */
export function machineArguments(form: MachineForm, { version, firmware }: QemuDialect): readonly string[] {
  const { uuid, title, vcpus, memoryMiB, pidFile } = form;
  return [
    ['-nodefaults', '-no-user-config'],
    ['-uuid', uuid],
    ['-name', `guest=${inOption(title)}`],
    ['-pidfile', pidFile],
    ['-msg', 'timestamp=on'],
    ['-machine', MACHINES[form.architecture]],
    ['-accel', ACCELERATORS[form.accelerator]],
    ['-cpu', cpuOf(form)],
    ['-smp', String(vcpus)],
    ['-m', String(memoryMiB)],
    ['-display', 'none'],
    ['-rtc', 'base=utc'],
    ['-device', 'virtio-rng-pci'],
    bootArguments(form, firmware),
    diskArguments(form),
    outsideArguments(form.outside, form.door),
    segmentArguments(form.segment, version),
    ['-chardev', `file,id=serial,path=${inOption(form.serialLog)},append=on`, '-serial', 'chardev:serial'],
    ['-chardev', `socket,id=monitor,path=${inOption(form.monitor)},server=on,wait=off`],
    ['-mon', 'chardev=monitor,mode=control'],
  ].flat();
}

const MACHINES = { amd64: 'q35', arm64: 'virt' } as const;

const ACCELERATORS: Readonly<Record<AcceleratorName, string>> = {
  kvm: 'kvm',
  hvf: 'hvf',
  tcg: 'tcg,thread=multi,tb-size=256',
};

/**
 * With hardware, that of the workstation. Emulated, the simplest processor that today's systems accept: each of the newer
 * features costs at every switch between programs; only what shortens encryption is worth it.
 */
function cpuOf({ accelerator, architecture }: MachineForm): string {
  if (accelerator !== 'tcg') return 'host';
  return architecture === 'amd64' ? 'Nehalem,+aes,+pclmulqdq' : 'cortex-a72';
}

function bootArguments(
  { boot, accelerator }: Pick<MachineForm, 'boot' | 'accelerator'>,
  firmware: string | undefined,
): readonly string[] {
  if (boot !== undefined) {
    // What guards programs from each other on faulty processors only costs time on one that is emulated.
    const append = accelerator === 'tcg' ? `${boot.append} mitigations=off` : boot.append;
    return ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', append];
  }
  return firmware === undefined ? [] : ['-bios', firmware];
}

/** In this order the machine names them: vda, vdb… */
function diskArguments({ systemDisk, dataDisks, seed }: MachineForm): readonly string[] {
  const qcow2 = (path: string): string => `format=qcow2,discard=unmap,file=${inOption(path)}`;
  const disks = [
    // The first place is that of a kernel that QEMU itself loads.
    { name: 'system', drive: qcow2(systemDisk), device: 'bootindex=1' },
    ...dataDisks.map(({ path, serial }) => ({ name: serial, drive: qcow2(path), device: '' })),
    { name: 'seed', drive: `format=raw,readonly=on,file=${inOption(seed)}`, device: '' },
  ];
  return disks.flatMap(({ name, drive, device }) => {
    const seen = ['virtio-blk-pci', `drive=${name}`, `serial=${name}`, device].filter((part) => part !== '');
    return ['-drive', `id=${name},if=none,${drive}`, '-device', seen.join(',')];
  });
}

function outsideArguments({ mac, isOffline, forwards }: OutsideLink, door: readonly string[]): readonly string[] {
  const options = [
    'user',
    `id=${OUTSIDE}`,
    // A router that offers IPv6 and leads nowhere is waited for.
    'ipv6=off',
    `restrict=${isOffline ? 'on' : 'off'}`,
    ...forwards.map((forward) => `hostfwd=${forwardRule(forward)}`),
    `guestfwd=tcp:${MAILBOX_ADDRESS}:80-cmd:${inOption(commandLine(door))}`,
  ];
  return ['-netdev', options.join(','), '-device', cardOf(OUTSIDE, mac)];
}

/** From a port of this workstation, for nobody else, to one of the machine. */
export function forwardRule({ hostPort, guestPort }: Forward): string {
  return `${hostSide({ hostPort })}-:${guestPort}`;
}

export function hostSide({ hostPort }: Pick<Forward, 'hostPort'>): string {
  return `tcp:127.0.0.1:${hostPort}`;
}

function segmentArguments({ socket, mac }: SegmentLink, version: QemuVersion): readonly string[] {
  const address = `addr.type=unix,addr.path=${inOption(socket)}`;
  const options = ['stream', 'id=segment', 'server=off', address, ...reconnection(version)];
  return ['-netdev', options.join(','), '-device', cardOf('segment', mac)];
}

function reconnection(version: QemuVersion): readonly string[] {
  if (isAtLeast(version, { major: 9, minor: 2 })) return ['reconnect-ms=1000'];
  return canReconnect(version) ? ['reconnect=1'] : [];
}

/** The oldest cannot: when its switch has gone, or has never been there, the machine has to be started again. */
export function canReconnect(version: QemuVersion): boolean {
  return isAtLeast(version, { major: 8, minor: 0 });
}

/** It starts from no network, so its own little program for that may be missing. */
function cardOf(netdev: string, mac: string): string {
  return `virtio-net-pci,netdev=${netdev},mac=${mac},romfile=`;
}
