import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probeAccelerator } from '#providers/local/accelerator/accelerator.ts';
import { probeOf } from '#providers/local/accelerator/probe.ts';
import type { InstalledQemu } from '#providers/local/qemu/installed-qemu.ts';
import type { HostFacts } from '#std/host-facts.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemPrograms } from '#std/system-programs.ts';

let home = '';
let cache = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-accelerator-'));
  cache = join(home, 'cache', 'accelerator.json');
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

/** Where hardware virtualisation is offered, whatever this machine has. */
class OfferingDisk extends SystemDisk {
  override async size(path: string): Promise<number | undefined> {
    return path === '/dev/kvm' ? 0 : super.size(path);
  }
}

interface Workstation {
  readonly bootId?: string;
  readonly host?: Partial<Pick<HostFacts, 'platform' | 'architecture'>>;
}

function workstation({ bootId = 'this boot', host = {} }: Workstation = {}) {
  const facts: HostFacts = {
    name: 'here',
    user: 'me',
    cores: 2,
    platform: 'linux',
    architecture: 'amd64',
    availableMemoryMiB: async () => 1_000,
    bootId: async () => bootId,
    ...host,
  };
  const ports = { clock: new SystemClock(), files: new SystemFiles(), programs: new SystemPrograms() };
  return { ...ports, disk: new OfferingDisk(), host: facts };
}

/** Does for each accelerator what a script says, and writes down which were asked for. */
async function standIn(scripts: Readonly<Record<string, string>>, architecture: 'amd64' | 'arm64' = 'amd64') {
  const system = join(home, 'qemu-system');
  const cases = Object.entries(scripts).map(
    ([name, script]) => `*"-accel ${name}"*) echo ${name} >> '${home}/asked'; ${script} ;;`,
  );
  await writeFile(system, `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n`, { mode: 0o755 });
  const qemu: InstalledQemu = {
    architecture,
    system,
    image: '/none',
    title: 'QEMU 10.0',
    version: { major: 10, minor: 0 },
    firmware: undefined,
  };
  return qemu;
}

function working(seconds: number, exitCode = 33): string {
  return String.raw`printf 'SeaBIOS\002'; sleep ${seconds}; printf '\003'; exit ${exitCode}`;
}

async function asked(): Promise<readonly string[]> {
  return (await readFile(join(home, 'asked'), 'utf8')).trim().split('\n').toSorted();
}

describe('the accelerator', () => {
  test('is the one that does the work sooner; how long it takes says how slow it is', async () => {
    const qemu = await standIn({ kvm: working(0.1), tcg: working(0.6) });
    const found = await probeAccelerator(workstation(), cache, qemu);
    expect(found).toMatchObject({ name: 'kvm', bootId: 'this boot', patienceMs: 120_000 });
    expect(found.measured.map(({ name }) => name)).toEqual(['kvm', 'tcg']);
    const [{ measuredMs: kvmMs = 0 } = {}, tcg] = found.measured;
    expect(kvmMs).toBeGreaterThan(0);
    expect(found.factor).toBe(Math.max(1, kvmMs / probeOf('amd64').wellDoneMs));
    expect(tcg?.why).toMatch(/^not done when it was ended after \d+ ms$/);
  });

  test('is emulation where hardware crawls or hangs, and that is not waited for', async () => {
    const beganMs = performance.now();
    const qemu = await standIn({ kvm: `trap '' TERM; sleep 60`, tcg: working(0.3) });
    const found = await probeAccelerator(workstation(), cache, qemu);
    expect(found.name).toBe('tcg');
    expect(found.measured[0]?.measuredMs).toBeUndefined();
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });

  test('is emulation where hardware may not be used, and why is known', async () => {
    const refusal = 'failed to initialize kvm: Permission denied';
    const qemu = await standIn({ kvm: `echo "${refusal}" >&2; exit 1`, tcg: working(0.2) });
    const found = await probeAccelerator(workstation(), cache, qemu);
    expect(found.name).toBe('tcg');
    expect(found.measured[0]).toEqual({ name: 'kvm', why: refusal });
  });

  test('is not one that only seems to have done the work', async () => {
    const qemu = await standIn({ kvm: working(0, 1), tcg: working(0.2) });
    const found = await probeAccelerator(workstation(), cache, qemu);
    expect(found.name).toBe('tcg');
    expect(found.measured[0]?.why).toMatch(/^ended with 1 after \d+ ms$/);
  });

  test('is none where nothing runs, with a reason for each', async () => {
    const qemu = await standIn({ kvm: 'echo "no kvm" >&2; exit 1', tcg: 'echo "no memory" >&2; exit 1' });
    await expect(probeAccelerator(workstation(), cache, qemu)).rejects.toMatchObject({
      code: 'local.qemu-failed',
      detail: 'QEMU 10.0 cannot run a machine for amd64 here. kvm: no kvm; tcg: no memory',
    });
  });

  test('of a slow workstation makes people wait longer, but not for ever', async () => {
    const host = { architecture: 'arm64' } as const;
    const slow = await probeAccelerator(workstation({ host }), cache, await standIn({ tcg: working(0.9) }));
    expect(slow.name).toBe('tcg');
    expect(slow.factor).toBeGreaterThan(10);
    expect(slow.patienceMs).toBe(Math.min(30_000 * slow.factor, 600_000));
  });
});

describe('what is tried', () => {
  test.each([
    ['linux', 'amd64', 'amd64', ['kvm', 'tcg']],
    ['linux', 'arm64', 'arm64', ['kvm', 'tcg']],
    ['linux', 'amd64', 'arm64', ['tcg']],
    ['darwin', 'arm64', 'arm64', ['hvf', 'tcg']],
    ['darwin', 'arm64', 'amd64', ['tcg']],
  ] as const)('on %s of %s for machines of %s is %j', async (platform, architecture, guest, names) => {
    const done = working(0.1, probeOf(guest).exitCode);
    const qemu = await standIn({ kvm: done, hvf: done, tcg: done }, guest);
    await probeAccelerator(workstation({ host: { platform, architecture } }), cache, qemu);
    expect(await asked()).toEqual(names);
  });
});

describe('what was found out', () => {
  test('holds for this start of the workstation and this version, for each architecture', async () => {
    const host = { architecture: 'arm64' } as const;
    const first = await probeAccelerator(workstation({ host }), cache, await standIn({ tcg: working(0.1) }));
    const arm = await standIn({ kvm: working(0.2, 0), tcg: working(0.1, 0) }, 'arm64');
    await probeAccelerator(workstation({ host }), cache, arm);
    const silent = await standIn({ tcg: 'exit 1' });
    expect(await probeAccelerator(workstation({ host }), cache, silent)).toEqual(first);
    expect(await asked()).toEqual(['kvm', 'tcg', 'tcg']);
    const newer = { ...silent, version: { major: 10, minor: 1 } };
    await expect(probeAccelerator(workstation({ host }), cache, newer)).rejects.toMatchObject({
      code: 'local.qemu-failed',
    });
    const later = workstation({ host, bootId: 'another boot' });
    await expect(probeAccelerator(later, cache, silent)).rejects.toMatchObject({ code: 'local.qemu-failed' });
  });

  test('is found out anew when it cannot be read', async () => {
    const host = { architecture: 'arm64' } as const;
    const qemu = await standIn({ tcg: working(0.1) });
    await probeAccelerator(workstation({ host }), cache, qemu);
    for (const damage of ['{', '{"format":2}']) {
      await writeFile(cache, damage);
      expect((await probeAccelerator(workstation({ host }), cache, qemu)).name).toBe('tcg');
    }
    expect(await asked()).toEqual(['tcg', 'tcg', 'tcg']);
  });
});

describe('the probe', () => {
  test('for amd64 is one boot sector on a small disk', () => {
    const { bytes } = probeOf('amd64');
    expect(bytes).toHaveLength(2 ** 20);
    expect(bytes.slice(510, 512)).toEqual(Uint8Array.of(0x55, 0xaa));
    expect(bytes.slice(0, 510).findLastIndex((byte) => byte !== 0)).toBe(0x11d);
    expect(bytes.slice(512).every((byte) => byte === 0)).toBe(true);
  });

  test('for arm64 is a kernel of whole instructions, without the header that would have it loaded elsewhere', () => {
    const { bytes } = probeOf('arm64');
    expect(bytes).toHaveLength(4 * 37);
    expect(new TextDecoder('latin1').decode(bytes.slice(56, 60))).not.toBe('ARM\u0064');
  });

  test('is told of without ambiguity where its path has a comma', () => {
    expect(probeOf('amd64').arguments('kvm', '/a,b').join(' ')).toContain('file=/a,,b ');
    expect(probeOf('arm64').arguments('tcg', '/a,b').join(' ')).toContain('-kernel /a,b ');
  });
});
