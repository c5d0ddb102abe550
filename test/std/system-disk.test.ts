import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileError } from '#std/files.ts';
import { SystemDisk } from '#std/system-disk.ts';

const disk = new SystemDisk();
const MIB = 2 ** 20;

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-disk-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

test('what is written takes the place of what was there, for its owner alone, and leaves nothing beside it', async () => {
  const path = join(home, 'a');
  await disk.write(path, Uint8Array.of(1, 2, 3));
  await disk.write(path, Uint8Array.of(0, 255));
  expect([...(await disk.readBytes(path))]).toEqual([0, 255]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(home)).toEqual(['a']);
});

test('what cannot be put in its place leaves what was there, and nothing beside it', async () => {
  await mkdir(join(home, 'taken'));
  await writeFile(join(home, 'taken', 'inside'), '');
  expect(await codeOf(disk.write(join(home, 'taken'), Uint8Array.of(1)))).toBe('io');
  expect(await codeOf(disk.copy(join(home, 'absent'), join(home, 'b')))).toBe('absent');
  expect(await readdir(home)).toEqual(['taken']);
});

test('a file is read in pieces from any byte on, to its end', async () => {
  const path = join(home, 'image');
  const content = Buffer.alloc(2 * MIB + 3, 'abcdefg');
  await disk.write(path, content);
  for (const from of [0, 1, MIB, 2 * MIB + 2, 2 * MIB + 3, 3 * MIB]) {
    const read = await Array.fromAsync(disk.pieces(path, from));
    expect(Buffer.concat(read).equals(content.subarray(from))).toBe(true);
    expect(read.every(({ length }) => length > 0 && length <= MIB)).toBe(true);
  }
  expect(await codeOf(disk.pieces(join(home, 'absent'), 0).next())).toBe('absent');
});

test('the first of a file is read, also when there is less', async () => {
  const path = join(home, 'image');
  expect(await codeOf(disk.head(path, 3))).toBe('absent');
  await disk.write(path, Uint8Array.of(1, 2, 3, 4, 5));
  expect([...(await disk.head(path, 3))]).toEqual([1, 2, 3]);
  expect([...(await disk.head(path, 30))]).toEqual([1, 2, 3, 4, 5]);
});

test('the last of a file is read, also when there is less or nothing', async () => {
  const path = join(home, 'log');
  expect([...(await disk.tail(path, 3))]).toEqual([]);
  await disk.write(path, Uint8Array.of(1, 2, 3, 4, 5));
  expect([...(await disk.tail(path, 3))]).toEqual([3, 4, 5]);
  expect([...(await disk.tail(path, 30))]).toEqual([1, 2, 3, 4, 5]);
});

test('pieces are added to what is there', async () => {
  const path = join(home, 'part');
  expect(await disk.append(path, pieces([1, 2], [3]))).toBe(3);
  expect(await disk.append(path, pieces())).toBe(3);
  expect(await disk.append(path, pieces([4]))).toBe(4);
  expect([...(await disk.readBytes(path))]).toEqual([1, 2, 3, 4]);
});

test('what came before the source broke off stays, and its failure is its own', async () => {
  const path = join(home, 'part');
  const broken = async function* () {
    yield Uint8Array.of(1, 2);
    throw new RangeError('the network has gone');
  };
  await expect(disk.append(path, broken())).rejects.toThrow(RangeError);
  expect(await disk.size(path)).toBe(2);
});

test('a file that is not there has no size', async () => {
  expect(await disk.size(join(home, 'a'))).toBeUndefined();
  await disk.write(join(home, 'a'), new Uint8Array(70_000));
  expect(await disk.size(join(home, 'a'))).toBe(70_000);
  expect(await disk.size(join(home, 'a', 'b'))).toBeUndefined();
});

test('a digest is that of the whole file, or of nothing when nobody wants it any more', async () => {
  const path = join(home, 'a');
  await disk.write(path, new TextEncoder().encode('abc'));
  expect(await disk.digest(path, 'sha256')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(await disk.digest(path, 'sha512')).toMatch(/^ddaf35a193617abacc417349ae204131.{96}$/);
  const stop = new AbortController();
  stop.abort(new RangeError('left'));
  await expect(disk.digest(path, 'sha256', stop.signal)).rejects.toThrow(RangeError);
  expect(await codeOf(disk.digest(join(home, 'b'), 'sha256'))).toBe('absent');
});

test('a copy has the same bytes, and its holes take no room', async () => {
  const from = join(home, 'from');
  {
    await using file = await open(from, 'w');
    await file.write(Buffer.from('begin'), 0, 5, 0);
    await file.write(Buffer.from('middle'), 0, 6, 5 * MIB + 17);
    await file.truncate(64 * MIB + 3);
  }
  await chmod(from, 0o644);
  await writeFile(join(home, 'to'), 'what was there');
  await disk.copy(from, join(home, 'to'));
  expect(await disk.digest(join(home, 'to'), 'sha256')).toBe(await disk.digest(from, 'sha256'));
  const { blocks, mode } = await stat(join(home, 'to'));
  expect(blocks * 512).toBeLessThan(8 * MIB);
  expect(mode & 0o777).toBe(0o600);
  expect((await readdir(home)).toSorted()).toEqual(['from', 'to']);
});

test('a name is changed, in the place of what had the new one', async () => {
  await disk.write(join(home, 'a'), Uint8Array.of(1));
  await disk.write(join(home, 'b'), Uint8Array.of(2));
  await mkdir(join(home, 'd'));
  await disk.rename(join(home, 'a'), join(home, 'd', 'c'));
  await disk.rename(join(home, 'b'), join(home, 'd', 'c'));
  expect([...(await disk.readBytes(join(home, 'd', 'c')))]).toEqual([2]);
  expect(await codeOf(disk.rename(join(home, 'a'), join(home, 'b')))).toBe('absent');
});

test('a tree is removed, and need not be there', async () => {
  await mkdir(join(home, 'a', 'b'), { recursive: true });
  await disk.write(join(home, 'a', 'b', 'c'), Uint8Array.of(1));
  await disk.removeTree(join(home, 'a'));
  await disk.removeTree(join(home, 'a'));
  expect(await readdir(home)).toEqual([]);
});

test('the room that is free is known where nothing is yet', async () => {
  const free = await disk.free(join(home, 'not', 'made', 'yet'));
  expect(free).toBeGreaterThan(0);
  expect(Number.isSafeInteger(free)).toBe(true);
});

async function* pieces(...all: readonly (readonly number[])[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Uint8Array.from(piece);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof FileError ? error.code : String(error)),
  );
}
