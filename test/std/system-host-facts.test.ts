import { freemem, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { SystemHostFacts } from '#std/system-host-facts.ts';

test('this machine tells what it is and has', async () => {
  const host = new SystemHostFacts();
  expect(['linux', 'darwin']).toContain(host.platform);
  expect(['amd64', 'arm64']).toContain(host.architecture);
  expect(host.cores).toBeGreaterThanOrEqual(1);
  expect(host.name).not.toBe('');
  expect(host.user).not.toBe('');
  const available = await host.availableMemoryMiB();
  expect(available).toBeGreaterThan(1);
  expect(available).toBeLessThanOrEqual(totalmem() / 2 ** 20);
  expect(Math.abs(available - freemem() / 2 ** 20)).toBeLessThan(totalmem() / 2 ** 21);
});

test('it names its start alike for as long as it runs', async () => {
  const id = await new SystemHostFacts().bootId();
  expect(id.length).toBeGreaterThan(30);
  expect(await new SystemHostFacts().bootId()).toBe(id);
});
