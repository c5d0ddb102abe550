import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Accelerator, probeAccelerator } from '#providers/local/accelerator/accelerator.ts';
import { BOOT_DISK } from '#providers/local/accelerator/boot-sector.ts';
import { makeDisk } from '#providers/local/qemu/disks.ts';
import { findQemu, type InstalledQemu } from '#providers/local/qemu/installed-qemu.ts';
import type { MachineForm } from '#providers/local/qemu/machine-form.ts';
import {
  closePort,
  endMachine,
  findMachine,
  killMachine,
  openPort,
  PortTaken,
  powerDown,
  startMachine,
} from '#providers/local/qemu/machine-process.ts';
import type { Listening } from '#std/sockets.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemHostFacts } from '#std/system-host-facts.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemSockets } from '#std/system-sockets.ts';

/** What the installed QEMU itself does with a machine that has no system, only the program of the probe on its disk. */
const world = {
  clock: new SystemClock(),
  disk: new SystemDisk(),
  files: new SystemFiles(),
  host: new SystemHostFacts(),
  programs: new SystemPrograms(),
  sockets: new SystemSockets(),
};
const { signal } = new AbortController();

let home = '';
let qemu: InstalledQemu;
let found: Accelerator;
let form: MachineForm;
let segment: Listening;
beforeAll(async () => {
  // A comma, a quote and a space, each of which something on the way takes for more than it is.
  home = await mkdtemp(join(tmpdir(), "qemu, it's "));
  const at = (name: string): string => join(home, name);
  qemu = await findQemu(world, 'amd64');
  found = await probeAccelerator(world, at('accelerator.json'), qemu);
  segment = await world.sockets.listen({ path: at('segment') }, (connection) => connection.resume());
  await writeFile(at('base.raw'), BOOT_DISK);
  await writeFile(at('seed.img'), new Uint8Array(2 ** 20));
  const over = { disk: at('base.raw'), diskFormat: 'raw' } as const;
  await makeDisk(world, qemu, { path: at('system.qcow2'), sizeGiB: 1, over }, signal);
  await makeDisk(world, qemu, { path: at('data-1.qcow2'), sizeGiB: 1, over: undefined }, signal);
  form = {
    uuid: '6f1d2c3b-8a00-8000-a000-0123456789ab',
    title: 'test, node.worker-1',
    vcpus: 1,
    memoryMiB: 64,
    architecture: 'amd64',
    accelerator: found.name,
    systemDisk: at('system.qcow2'),
    dataDisks: [{ path: at('data-1.qcow2'), serial: 'data-1' }],
    seed: at('seed.img'),
    boot: undefined,
    outside: { mac: '52:54:00:01:02:03', isOffline: true, forwards: [] },
    segment: { socket: at('segment'), mac: '52:54:01:04:05:06' },
    door: ['/usr/bin/env', 'node', "it's, a door"],
    serialLog: at('serial.log'),
    programLog: at('qemu.log'),
    pidFile: at('qemu.pid'),
    monitor: at('monitor'),
  };
});
afterAll(async () => {
  await endMachine(world, form, signal);
  await segment[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

test('the accelerator is found out by work that is really done', () => {
  const tries = found.measured.map(({ name, measuredMs, why }) => `${name} ${measuredMs?.toFixed(0) ?? why}`);
  console.log(`accelerator: ${found.name}, factor ${found.factor.toFixed(1)} (${tries.join('; ')})`);
  const best = found.measured.find(({ name }) => name === found.name);
  expect(best?.measuredMs).toBeGreaterThan(1);
  expect(found.factor).toBeGreaterThanOrEqual(1);
});

test('a disk that has been made stays as it is, and one is not made smaller than what it stands on', async () => {
  const before = await world.disk.digest(form.systemDisk, 'sha256');
  await makeDisk(world, qemu, { path: form.systemDisk, sizeGiB: 7, over: undefined }, signal);
  expect(await world.disk.digest(form.systemDisk, 'sha256')).toBe(before);
  await makeDisk(world, qemu, { path: join(home, 'large.qcow2'), sizeGiB: 3, over: undefined }, signal);
  const over = { disk: join(home, 'large.qcow2'), diskFormat: 'qcow2' } as const;
  await expect(makeDisk(world, qemu, { path: join(home, 'small.qcow2'), sizeGiB: 2, over }, signal)).rejects.toThrow(
    'The image has a disk of 3 GiB, which a disk of 2 GiB cannot hold.',
  );
});

test('a machine is one process, and QEMU itself refuses to be a second one', async () => {
  const started = await startMachine(world, qemu, form);
  expect(await startMachine(world, qemu, form)).toEqual(started);
  expect(await findMachine(world, form)).toEqual(started);
  const { code, stderr } = await world.programs.run(qemu.system, started.command.slice(1));
  expect(code).toBe(1);
  expect(stderr).toContain('Cannot lock pid file');
  expect(await readFile(form.pidFile, 'utf8')).toBe(`${started.pid}\n`);
});

test('its ports are opened and closed while it runs', async () => {
  const reserved = await world.sockets.listen({ port: 0 }, () => undefined);
  const forward = { hostPort: reserved.port ?? 0, guestPort: 22 };
  await expect(openPort(world, form.monitor, forward)).rejects.toBeInstanceOf(PortTaken);
  await reserved[Symbol.asyncDispose]();
  for (const isOpen of [true, true, false, false]) {
    await (isOpen ? openPort : closePort)(world, form.monitor, forward);
    expect(await world.sockets.isFree(forward.hostPort)).toBe(!isOpen);
  }
});

test('one that does not know its power button is switched off in the end', async () => {
  await powerDown(world, form, signal, 500);
  expect(await findMachine(world, form)).toBeUndefined();
  expect(await world.disk.size(form.pidFile)).toBeUndefined();
});

test('one that is killed leaves its pid file, and starts again', async () => {
  const first = await startMachine(world, qemu, form);
  await killMachine(world, form, signal);
  expect(await findMachine(world, form)).toBeUndefined();
  expect(await world.disk.size(form.pidFile)).toBeGreaterThan(0);
  expect((await startMachine(world, qemu, form)).pid).not.toBe(first.pid);
});

test('one that has frozen is ended by force', async () => {
  const { pid } = await startMachine(world, qemu, form);
  process.kill(pid, 'SIGSTOP');
  await endMachine(world, form, signal);
  expect(await world.programs.look(pid)).toBeUndefined();
});

test('a port that somebody else has is named, and QEMU is heard where it fails', async () => {
  const taken = await world.sockets.listen({ port: 0 }, () => undefined);
  const forwards = [{ hostPort: taken.port ?? 0, guestPort: 22 }];
  await expect(startMachine(world, qemu, { ...form, outside: { ...form.outside, forwards } })).rejects.toMatchObject({
    port: taken.port,
  });
  await taken[Symbol.asyncDispose]();
  const systemDisk = join(home, 'absent.qcow2');
  await expect(startMachine(world, qemu, { ...form, systemDisk })).rejects.toThrow('No such file or directory');
  expect(await findMachine(world, form)).toBeUndefined();
});
