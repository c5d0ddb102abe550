import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { DirectoryShelf } from '#providers/local/shelf/directory-shelf.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';

const CLUSTER = parseClusterUid('clusteruid');
const content = randomBytes(3 * 2 ** 20 + 5);
const sha256 = sha256Hex(content);
let root = '';
let shelf: DirectoryShelf;
let assets: string;
let path: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-shelf-'));
  const places = localPlaces({ data: root, cache: join(root, 'cache'), runtime: join(root, 'run') });
  const world = { files: new SystemFiles(), disk: new SystemDisk(), random: new SystemRandom() };
  shelf = new DirectoryShelf({ world, places });
  ({ assets } = places.of(CLUSTER));
  path = join(root, 'fetched');
  await writeFile(path, content);
  return () => rm(root, { recursive: true });
});

test('an asset is put on the shelf once, whole, for its owner alone, and taken off', async () => {
  expect(await shelf.has(context(), sha256)).toBe(false);
  await shelf.put(context(), { sha256, path });
  await shelf.put(context(), { sha256, path: join(root, 'not-looked-at') });
  expect(await shelf.has(context(), sha256)).toBe(true);
  expect(await readdir(assets)).toEqual([sha256]);
  expect((await readFile(join(assets, sha256))).equals(content)).toBe(true);
  expect((await stat(join(assets, sha256))).mode & 0o777).toBe(0o600);
  await shelf.remove(context(), sha256);
  await shelf.remove(context(), sha256);
  expect([await shelf.has(context(), sha256), await readdir(assets)]).toEqual([false, []]);
});

test('what is changed in its file afterwards does not reach the shelf', async () => {
  await shelf.put(context(), { sha256, path });
  await writeFile(path, 'another');
  expect(sha256Hex(await readFile(join(assets, sha256)))).toBe(sha256);
});

test('what was changed since it was checked is refused', async () => {
  await writeFile(path, 'another');
  const message = `${path} is not any more what it was when it was checked.`;
  await expect(shelf.put(context(), { sha256, path })).rejects.toMatchObject({
    name: 'CallError',
    reason: 'invalid',
    message,
  });
  expect(await readdir(assets)).toEqual([]);
});

test('several who put it there at once all find it there', async () => {
  await Promise.all([1, 2, 3, 4].map(() => shelf.put(context(), { sha256, path })));
  expect(await readdir(assets)).toEqual([sha256]);
});

test('what a writer left that was killed goes, and what one may still be at stays', async () => {
  await mkdir(assets, { recursive: true });
  for (const [name, hours] of [
    ['.left', 2],
    ['.left.abc', 3],
    ['.lately', 0.5],
  ] as const) {
    await writeFile(join(assets, name), 'half');
    const at = Date.now() / 1_000 - hours * 3_600;
    await utimes(join(assets, name), at, at);
  }
  await shelf.put(context(), { sha256, path });
  expect((await readdir(assets)).toSorted()).toEqual(['.lately', sha256].toSorted());
});

test('a name that is no digest leads nowhere', async () => {
  for (const name of ['../../key/state.key', '', sha256.toUpperCase(), sha256.slice(1)]) {
    await expect(shelf.has(context(), name)).rejects.toThrow('A digest has 64 small hexadecimal digits.');
    await expect(shelf.put(context(), { sha256: name, path })).rejects.toThrow('A digest has');
    await expect(shelf.remove(context(), name)).rejects.toThrow('A digest has');
  }
});

function context() {
  const { signal } = new AbortController();
  const send = <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal);
  return { cluster: CLUSTER, signal, read: send, mutate: send };
}
