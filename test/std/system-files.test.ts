import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileError } from '#std/files.ts';
import { SystemFiles } from '#std/system-files.ts';
import { Disk } from '../support/disk.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-files-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

/** The simulated disk of the tests keeps the same contract as the real one. */
describe.each([
  ['a real disk', () => ({ files: new SystemFiles(), root: home })],
  ['a simulated disk', () => ({ files: new Disk().mount(), root: '/disk' })],
])('%s', (_name, open) => {
  test('gives back what was written, under every name', async () => {
    const { files, root } = open();
    await files.makeDirectory(join(root, 'deep', 'er'));
    await files.makeDirectory(join(root, 'deep', 'er'));
    await files.create(join(root, 'deep', 'a'), 'ß\n');
    await files.link(join(root, 'deep', 'a'), join(root, 'deep', 'b'));
    await files.remove(join(root, 'deep', 'a'));
    await files.syncDirectory(join(root, 'deep'));
    expect(await files.read(join(root, 'deep', 'b'))).toBe('ß\n');
    expect((await files.list(join(root, 'deep'))).toSorted((left, right) => (left.name < right.name ? -1 : 1))).toEqual(
      [
        { name: 'b', isDirectory: false },
        { name: 'er', isDirectory: true },
      ],
    );
    expect(await files.modifiedMs(join(root, 'deep', 'b'))).toBeGreaterThan(0);
  });

  test('never replaces a file', async () => {
    const { files, root } = open();
    await files.makeDirectory(root);
    await files.create(join(root, 'a'), 'a');
    await files.create(join(root, 'b'), 'b');
    expect(await codeOf(files.create(join(root, 'a'), 'x'))).toBe('exists');
    expect(await codeOf(files.link(join(root, 'b'), join(root, 'a')))).toBe('exists');
    expect(await files.read(join(root, 'a'))).toBe('a');
  });

  test('says what is not there', async () => {
    const { files, root } = open();
    await files.makeDirectory(root);
    await files.create(join(root, 'file'), '');
    expect(await codeOf(files.read(join(root, 'x')))).toBe('absent');
    expect(await codeOf(files.list(join(root, 'x')))).toBe('absent');
    expect(await codeOf(files.list(join(root, 'file')))).toBe('absent');
    expect(await codeOf(files.create(join(root, 'x', 'y'), ''))).toBe('absent');
    expect(await codeOf(files.link(join(root, 'x'), join(root, 'y')))).toBe('absent');
    expect(await codeOf(files.syncDirectory(join(root, 'x')))).toBe('absent');
    expect(await codeOf(files.modifiedMs(join(root, 'x')))).toBe('absent');
  });

  test('removes what may be absent, and directories only when they are empty', async () => {
    const { files, root } = open();
    await files.makeDirectory(join(root, 'full'));
    await files.makeDirectory(join(root, 'empty'));
    await files.create(join(root, 'full', 'a'), '');
    await files.remove(join(root, 'nothing'));
    await files.remove(join(root, 'no', 'thing'));
    for (const name of ['full', 'empty', 'nothing']) await files.removeDirectory(join(root, name));
    expect(await files.list(root)).toEqual([{ name: 'full', isDirectory: true }]);
  });
});

test('what is made is for its owner only', async () => {
  const files = new SystemFiles();
  await files.makeDirectory(join(home, 'a', 'b'));
  await files.create(join(home, 'a', 'b', 'c'), '');
  for (const [path, mode] of [
    ['a', 0o700],
    ['a/b', 0o700],
    ['a/b/c', 0o600],
  ] as const) {
    expect((await stat(join(home, path))).mode & 0o777).toBe(mode);
  }
});

test('what is not allowed is denied, not absent', async () => {
  await mkdir(join(home, 'closed'));
  await writeFile(join(home, 'closed', 'a'), '');
  await chmod(join(home, 'closed'), 0);
  // Nothing is closed to root, but even root cannot remove what the kernel shows.
  const isRoot = process.getuid?.() === 0;
  const files = new SystemFiles();
  const refused = isRoot ? files.remove('/proc/version') : files.read(join(home, 'closed', 'a'));
  expect(await codeOf(refused)).toBe('denied');
  await chmod(join(home, 'closed'), 0o700);
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof FileError ? error.code : String(error)),
  );
}
