import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SystemClock } from '#std/system-clock.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';

describe.runIf(process.platform === 'linux')('the processes of this machine', () => {
  const processes = new SystemProcesses();

  test('know themselves, and that they live', async () => {
    const self = await processes.self();
    expect(self.pid).toBe(process.pid);
    expect(self.bootId).toMatch(/^[0-9a-f-]{36} pid:\[\d+\]$/);
    expect(self.processStart).toMatch(/^\d+$/);
    expect(await processes.isCertainlyDead(self)).toBe(false);
  });

  test('see that one was killed, and are sure only of this boot and this view', async () => {
    const self = await processes.self();
    const child = spawn('sleep', ['60']);
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
    const processStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const identity = { ...self, pid: child.pid ?? 0, processStart };
    expect(await processes.isCertainlyDead(identity)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processes.isCertainlyDead(identity)).toBe(true);
    expect(await processes.isCertainlyDead({ ...identity, bootId: 'another boot' })).toBe(false);
    expect(await processes.isCertainlyDead({ ...identity, bootId: '' })).toBe(false);
    expect(await processes.isCertainlyDead({ ...identity, processStart: '' })).toBe(false);
  });

  test('are not taken in by a later process with the same number', async () => {
    const self = await processes.self();
    expect(await processes.isCertainlyDead({ ...self, processStart: '1' })).toBe(true);
  });

  test('of another user are alive', async () => {
    const self = await processes.self();
    const stat = await readFile('/proc/1/stat', 'utf8');
    const processStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    expect(await processes.isCertainlyDead({ ...self, pid: 1, processStart })).toBe(false);
  });
});

test('the clock never goes back, and its sleep ends on time or with the reason to stop', async () => {
  const clock = new SystemClock();
  const startMs = clock.monotonicMs();
  await clock.sleep(20);
  expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(19);
  let lastMs = 0;
  for (let n = 0; n < 1_000; n += 1) {
    const nowMs = clock.monotonicMs();
    expect(nowMs).toBeGreaterThanOrEqual(lastMs);
    lastMs = nowMs;
  }
  const stop = new AbortController();
  const sleeping = clock.sleep(60_000, stop.signal);
  stop.abort(new RangeError('enough'));
  await expect(sleeping).rejects.toThrow(RangeError);
  await expect(clock.sleep(0, stop.signal)).rejects.toThrow('enough');
});

test('randomness is within its range and does not repeat', () => {
  const random = new SystemRandom();
  const floats = Array.from({ length: 100 }, () => random.float());
  expect(floats.every((float) => float >= 0 && float < 1)).toBe(true);
  expect(new Set(floats).size).toBe(100);
  expect(random.bytes(12)).toHaveLength(12);
});
