import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SystemFiles } from '#std/system-files.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { simulatedBucket, storeIn } from '../providers/aws/support/simulated-bucket.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Disk } from '../support/disk.ts';
import { describeStore, type OpenStores } from './support/store-contract.ts';

const directories: string[] = [];

afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

const stores: readonly [string, OpenStores][] = [
  [
    'in memory',
    async () => {
      const { objects } = new MemoryStore();
      return [new MemoryStore(objects), new MemoryStore(objects)];
    },
  ],
  [
    'in a directory',
    async () => {
      const root = await mkdtemp(join(tmpdir(), 'bootstrap-store-'));
      directories.push(root);
      const open = (seed: number) =>
        new DirectoryStore({
          root: join(root, 'deep', 'state'),
          files: new SystemFiles(),
          random: new SeededRandom(seed),
        });
      return [open(1), open(2)];
    },
  ],
  [
    'on a simulated disk',
    async () => {
      const disk = new Disk();
      const open = (seed: number) =>
        new DirectoryStore({ root: '/disk/state', files: disk.mount(), random: new SeededRandom(seed) });
      return [open(1), open(2)];
    },
  ],
  [
    'in a bucket',
    async () => {
      const client = await simulatedBucket();
      return [storeIn(client), storeIn(client)];
    },
  ],
];

for (const [name, open] of stores) describeStore(name, open);

test('equal bodies have equal tags in memory, as in S3, so that only nonces protect', async () => {
  const store = new MemoryStore();
  const first = await store.swapRegister('head.json', 'same', undefined);
  const second = await store.swapRegister('head.json', 'other', first);
  expect(await store.swapRegister('head.json', 'same', second)).toBe(first);
});

test('a clone of objects in memory goes its own way', () => {
  const { objects } = new MemoryStore();
  objects.createObject('a.json', 'a');
  const clone = objects.clone();
  clone.createObject('b.json', 'b');
  objects.swapRegister('head.json', 'x', undefined);
  expect(objects.keys).toEqual(['a.json', 'head.json']);
  expect(clone.keys).toEqual(['a.json', 'b.json']);
});

test('the tail of fifty thousand keys is listed without looking at the others', () => {
  // Looking at all of them would take a hundred times as long as it takes among five hundred.
  expect(msOfTail(50_000) / msOfTail(500)).toBeLessThan(20);
});

/** The best of some rounds: what others do on this machine costs time too. */
function msOfTail(count: number): number {
  const { objects } = new MemoryStore();
  const key = (n: number) => `journal/${String(n).padStart(12, '0')}.json`;
  for (let n = 0; n < count; n += 1) objects.createObject(key(n), '');
  const rounds = Array.from({ length: 10 }, () => {
    const startMs = performance.now();
    for (let n = 0; n < 200; n += 1) expect(objects.listObjects('journal/', key(count - 11))).toHaveLength(10);
    return performance.now() - startMs;
  });
  return Math.min(...rounds);
}
