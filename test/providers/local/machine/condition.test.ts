import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { conditionOf } from '#providers/local/machine/condition.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemHostFacts } from '#std/system-host-facts.ts';
import { SystemPrograms } from '#std/system-programs.ts';

const UUID = '6f1d2c3b-8a00-8000-a000-0123456789ab';
const PATIENCE_MS = 60_000;
const context = { cluster: parseClusterUid('u'.repeat(26)), instanceId: parseInstanceId('a'.repeat(32)) };

let root = '';
let machine: ChildProcess;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-condition-'));
  machine = spawn('sh', ['-c', 'sleep 60', 'machine', '-uuid', UUID]);
});
afterEach(async () => {
  machine.kill('SIGKILL');
  await rm(root, { recursive: true });
});

interface Seen {
  /** Since it was started. */
  readonly sinceMs: number;
  readonly others?: number;
  /** Since it said anything on its console; by default it never did. */
  readonly silentMs?: number;
}

/** Of one beside others, on a workstation of two processors. */
async function seen({ sinceMs, others = 0, silentMs }: Seen) {
  const places = localPlaces({ data: root, cache: root, runtime: root });
  const { machines } = places.of(context.cluster);
  const own = places.of(context.cluster).machine(context.instanceId);
  for (let each = 0; each < others; each += 1) await mkdir(join(machines, `other-${each}`), { recursive: true });
  await mkdir(own.root, { recursive: true });
  await writeFile(own.pidFile, `${machine.pid}\n`);
  if (silentMs !== undefined) {
    await writeFile(own.serialLog, '[    1.0] Linux version\n');
    const saidS = (Date.now() - silentMs) / 1_000;
    await utimes(own.serialLog, saidS, saidS);
  }
  const [clock, host] = [new SystemClock(), new SystemHostFacts()];
  const world = {
    clock,
    disk: new SystemDisk(),
    files: new SystemFiles(),
    programs: new SystemPrograms(),
    host: {
      name: host.name,
      user: host.user,
      platform: host.platform,
      architecture: host.architecture,
      cores: 2,
      availableMemoryMiB: () => host.availableMemoryMiB(),
      bootId: () => host.bootId(),
    },
  };
  const started = {
    bootId: await host.bootId(),
    atMs: clock.wallMs() - sinceMs,
    accelerator: 'tcg',
    patienceMs: PATIENCE_MS,
  };
  return conditionOf({ world, places }, context, { ...DESCRIPTION, started });
}

const DESCRIPTION = {
  format: 1,
  title: 'dev local-1.machine.worker-1',
  uuid: UUID,
  architecture: 'amd64',
  type: 'tiny',
  vcpus: 1,
  memoryMiB: 1_024,
  zone: 'local-1a',
  imageId: 'f'.repeat(64),
  systemDiskGiB: 10,
  dataDisksGiB: [],
  mac: { outside: '52:54:00:01:02:03', segment: '52:54:01:04:05:06' },
  privateAddress: '10.20.0.10',
  segmentSocket: '/segment',
  isOffline: true,
  forwards: [],
} as const;

test.each([
  ['alone', PATIENCE_MS - 10_000, 0, 'pending'],
  ['alone, for longer than one ever takes', PATIENCE_MS + 10_000, 0, 'broken'],
  ['as one of two, which do not get in each other’s way', PATIENCE_MS + 10_000, 1, 'broken'],
  ['as one of five, which take more than twice as long', PATIENCE_MS * 2, 4, 'pending'],
  ['as one of five, for longer than these take', PATIENCE_MS * 2.5 + 10_000, 4, 'broken'],
])('a machine that has not said hello, %s', async (_name, sinceMs, others, is) => {
  expect(await seen({ sinceMs, others })).toMatchObject({ is });
});

test('a machine that is slow, and says so, is waited for; one that says nothing any more is not, and none for ever', async () => {
  const slow = { sinceMs: PATIENCE_MS * 3, silentMs: 5_000 };
  expect(await seen(slow)).toMatchObject({ is: 'pending' });
  expect(await seen({ ...slow, silentMs: PATIENCE_MS + 10_000 })).toEqual({
    is: 'broken',
    reason: 'It has said neither hello nor anything on its console for 60 s. last line: [    1.0] Linux version',
  });
  expect(await seen({ ...slow, sinceMs: PATIENCE_MS * 4 + 10_000 })).toEqual({
    is: 'broken',
    reason: 'It has not said hello in 240 s. last line: [    1.0] Linux version',
  });
});
