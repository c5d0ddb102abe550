import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { addressText, machineAddresses, parseRange, switchAddress } from '#providers/local/ipv4.ts';
import { giveBack, lease } from '#providers/local/leases.ts';
import { SystemFiles } from '#std/system-files.ts';

const files = new SystemFiles();
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bootstrap-leases-'));
  return () => rm(directory, { recursive: true });
});

test('nobody gets what somebody has, whoever comes at the same time', async () => {
  const holders = Array.from({ length: 20 }, (_, index) => `machine-${index}`);
  const among = () => machineAddresses('10.20.0.0/27', 3);
  const got = await Promise.all(holders.map((holder) => lease({ files }, directory, { holder, among: among() })));
  expect(new Set(got).size).toBe(holders.length);
  expect(got.every((address) => address?.startsWith('10.20.0.'))).toBe(true);
});

test('who has one already is given that, and what was given back can be had again', async () => {
  const among = ['a', 'b'];
  expect(await lease({ files }, directory, { holder: 'one', among })).toBe('a');
  expect(await lease({ files }, directory, { holder: 'one', among })).toBe('a');
  expect(await lease({ files }, directory, { holder: 'two 22', among })).toBe('b');
  expect(await lease({ files }, directory, { holder: 'three', among })).toBeUndefined();
  await giveBack({ files }, directory, 'two');
  expect(await lease({ files }, directory, { holder: 'three', among })).toBe('b');
});

test('the addresses of machines are all of their range but the few that are taken from the beginning', () => {
  const all = [...machineAddresses('10.20.0.0/28', 5)];
  expect(new Set(all).size).toBe(11);
  expect(all.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }))).toEqual(
    Array.from({ length: 11 }, (_, index) => `10.20.0.${index + 4}`),
  );
  expect(switchAddress('10.20.0.0/16')).toBe('10.20.0.2');
  expect(addressText(parseRange('192.168.7.128/25').base)).toBe('192.168.7.128');
});
