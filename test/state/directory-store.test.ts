import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileErrorCode, Files } from '#std/files.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemFiles } from '#std/system-files.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { StoreError, type StoreOutcome } from '#state/object-store.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Disk, type Mishap } from '../support/disk.ts';

describe('on a real disk', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bootstrap-directory-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });
  const open = (files: Files = new SystemFiles()) => new DirectoryStore({ root, files, random: new SeededRandom(5) });

  test('an object can be checked by hand with standard tools', async () => {
    await open().createObject('journal/000000000001.json', '{"a":"ß"}');
    const path = join(root, 'journal', '000000000001.json');
    expect(await readFile(path, 'utf8')).toBe(`${sha256Hex('{"a":"ß"}')}\n{"a":"ß"}`);
    const { stdout } = await promisify(execFile)('sh', ['-c', `tail -n +2 "${path}" | sha256sum; head -n 1 "${path}"`]);
    const [computed, stored] = stdout.split('\n');
    expect(computed?.split(' ')[0]).toBe(stored);
  });

  test('everything is for its owner only, and no temporary file stays', async () => {
    await open().createObject('journal/000000000001.json', 'x');
    await open().swapRegister('head.json', 'x', undefined);
    const modeOf = async (...path: string[]) => ((await stat(join(root, ...path))).mode & 0o777).toString(8);
    expect(await modeOf('journal', '000000000001.json')).toBe('600');
    expect(await modeOf('journal')).toBe('700');
    expect(await modeOf('head.json', '000000000001')).toBe('600');
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
  });

  test('litter of dead writers is removed when it is an hour old, younger files are left alone', async () => {
    await open().createObject('a.json', 'x');
    for (const name of ['old', 'young']) await writeFile(join(root, '.tmp', name), 'half a fi');
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(join(root, '.tmp', 'old'), twoHoursAgo, twoHoursAgo);
    const store = open();
    await store.createObject('b.json', 'x');
    expect(await readdir(join(root, '.tmp'))).toEqual(['young']);
    expect(await store.listObjects('')).toEqual(['a.json', 'b.json']);
  });

  test('a register keeps its last 32 versions', async () => {
    let tag: string | undefined;
    for (let n = 1; n <= 50; n += 1) tag = await open().swapRegister('head.json', `${n}`, tag);
    const versions = (await readdir(join(root, 'head.json'))).toSorted();
    expect(versions.at(0)).toBe('000000000019');
    expect(versions.at(-1)).toBe('000000000050');
  });

  test('writers of several processes swap one register without losing a count', async () => {
    const script = `
      import { DirectoryStore } from '#state/directory-store.ts';
      import { SystemFiles } from '#std/system-files.ts';
      import { SystemRandom } from '#std/system-random.ts';
      const store = new DirectoryStore({ root: process.argv[1], files: new SystemFiles(), random: new SystemRandom() });
      let won = 0;
      while (won < 25) {
        const found = await store.readRegister('counter.json');
        const next = String(Number(found?.body ?? 0) + 1);
        await store.swapRegister('counter.json', next, found?.tag).then(() => { won += 1; }, () => undefined);
      }`;
    const run = promisify(execFile);
    const flags = ['--conditions=source', '--input-type=module-typescript', '--disable-warning=ExperimentalWarning'];
    const cwd = new URL('../..', import.meta.url).pathname;
    await Promise.all([1, 2, 3].map(() => run(process.execPath, [...flags, '--eval', script, root], { cwd })));
    expect((await open().readRegister('counter.json'))?.body).toBe('75');
  }, 30_000);

  test('a name that is no key never becomes a path', async () => {
    for (const key of ['../a.json', '/etc/passwd', 'a', 'a/../b.json', '.tmp/x.json', 'A.json', 'a b.json', '']) {
      await expect(open().createObject(key, 'x')).rejects.toThrow('A key is made of words');
    }
  });
});

describe('on a simulated disk', () => {
  test('a writer that slept until its predecessor was pruned does not win', async () => {
    const disk = new Disk();
    const random = new SeededRandom(1);
    const open = (files: Files) => new DirectoryStore({ root: '/state', files, random });
    const awake = open(disk.mount());
    let tag = await awake.swapRegister('head.json', '1', undefined);
    const gate = Promise.withResolvers<void>();
    const asleep = open(sleepingBeforeLink(disk.mount(), gate.promise));
    const writing = asleep.swapRegister('head.json', 'stale', tag);
    for (let n = 2; n <= 60; n += 1) tag = await awake.swapRegister('head.json', `${n}`, tag);
    gate.resolve();
    expect(await outcomeOf(writing)).toBe('ambiguous');
    expect(await awake.readRegister('head.json')).toMatchObject({ body: '60', tag });
    expect([...disk.walk()].map(({ path }) => path)).not.toContain('/state/head.json/000000000002');
  });

  test('a writer that slept a little loses to the version that took its number', async () => {
    const disk = new Disk();
    const random = new SeededRandom(1);
    const open = (files: Files) => new DirectoryStore({ root: '/state', files, random });
    const tag = await open(disk.mount()).swapRegister('head.json', '1', undefined);
    const gate = Promise.withResolvers<void>();
    const writing = open(sleepingBeforeLink(disk.mount(), gate.promise)).swapRegister('head.json', 'stale', tag);
    await open(disk.mount()).swapRegister('head.json', '2', tag);
    gate.resolve();
    expect(await outcomeOf(writing)).toBe('precondition');
  });

  test('after a damaged version the next write takes a number above it', async () => {
    const disk = new Disk();
    const store = new DirectoryStore({ root: '/state', files: disk.mount(), random: new SeededRandom(1) });
    const first = await store.swapRegister('head.json', '1', undefined);
    const second = await store.swapRegister('head.json', '2', first);
    disk.damage('/state/head.json/000000000002', () => Buffer.from('torn'));
    const stored = await store.readRegister('head.json');
    expect(stored).toMatchObject({ body: '1', tag: first, damaged: ['head.json/000000000002'] });
    expect(await outcomeOf(store.swapRegister('head.json', '3', second))).toBe('precondition');
    await store.swapRegister('head.json', '3', first);
    expect(await store.readRegister('head.json')).not.toHaveProperty('damaged');
    expect(disk.textOf('/state/head.json/000000000003').split('\n')[1]).toBe('3');
  });

  test('nothing counts in a directory whose sync failed until a sync succeeds', async () => {
    const disk = new Disk();
    const failing = { now: true };
    const mishap = (_n: number, name: keyof Files): Mishap | undefined =>
      name === 'syncDirectory' && failing.now ? { fails: 'io' } : undefined;
    const store = new DirectoryStore({ root: '/state', files: disk.mount({ mishap }), random: new SeededRandom(1) });
    expect(await outcomeOf(store.createObject('journal/1.json', 'x'))).toBe('ambiguous');
    expect(await outcomeOf(store.readObject('journal/1.json'))).toBe('unavailable');
    expect(await outcomeOf(store.listObjects('journal/'))).toBe('unavailable');
    failing.now = false;
    expect(await store.readObject('journal/1.json')).toBe('x');
  });

  test.each<[keyof Files, FileErrorCode, StoreOutcome]>([
    ['create', 'full', 'full'],
    ['create', 'denied', 'denied'],
    ['create', 'io', 'unavailable'],
    ['create', 'exists', 'unavailable'],
    ['link', 'full', 'full'],
    ['link', 'denied', 'denied'],
    ['link', 'io', 'ambiguous'],
    ['link', 'exists', 'precondition'],
    ['syncDirectory', 'full', 'ambiguous'],
    ['syncDirectory', 'io', 'ambiguous'],
    ['makeDirectory', 'denied', 'denied'],
    ['makeDirectory', 'io', 'unavailable'],
  ])('a write whose %s fails with "%s" is %s', async (operation, fails, outcome) => {
    const mishap = (_n: number, name: keyof Files): Mishap | undefined => (name === operation ? { fails } : undefined);
    const store = new DirectoryStore({
      root: '/state',
      files: new Disk().mount({ mishap }),
      random: new SeededRandom(1),
    });
    expect(await outcomeOf(store.createObject('journal/1.json', 'x'))).toBe(outcome);
    expect(await outcomeOf(store.swapRegister('head.json', 'x', undefined))).toBe(outcome);
  });

  test.each<[FileErrorCode, StoreOutcome]>([
    ['denied', 'denied'],
    ['io', 'unavailable'],
  ])('what cannot be read because of "%s" is %s, never absent', async (fails, outcome) => {
    const failing = { now: false };
    const mishap = (): Mishap | undefined => (failing.now ? { fails } : undefined);
    const files = new Disk().mount({ mishap });
    const store = new DirectoryStore({ root: '/state', files, random: new SeededRandom(1) });
    await store.createObject('journal/1.json', 'x');
    await store.swapRegister('head.json', 'x', undefined);
    failing.now = true;
    expect(await outcomeOf(store.readObject('journal/1.json'))).toBe(outcome);
    expect(await outcomeOf(store.readRegister('head.json'))).toBe(outcome);
    expect(await outcomeOf(store.listObjects('journal/'))).toBe(outcome);
    expect(await outcomeOf(store.swapRegister('lease.json', 'x', undefined))).toBe(outcome);
    expect(await outcomeOf(store.removeObject('journal/1.json'))).toBe(outcome);
  });

  test('a damaged object is named', async () => {
    const disk = new Disk();
    const store = new DirectoryStore({ root: '/state', files: disk.mount(), random: new SeededRandom(1) });
    await store.createObject('journal/1.json', 'x');
    disk.damage('/state/journal/1.json', (bytes) => bytes.subarray(1));
    await expect(store.readObject('journal/1.json')).rejects.toThrow('journal/1.json does not have its checksum');
    expect(await outcomeOf(store.readObject('journal/1.json'))).toBe('corrupt');
  });
});

function sleepingBeforeLink(files: Files, gate: Promise<void>): Files {
  return {
    read: (path) => files.read(path),
    create: (path, text) => files.create(path, text),
    link: async (existing, added) => {
      await gate;
      await files.link(existing, added);
    },
    remove: (path) => files.remove(path),
    list: (directory) => files.list(directory),
    makeDirectory: (path) => files.makeDirectory(path),
    removeDirectory: (path) => files.removeDirectory(path),
    syncDirectory: (path) => files.syncDirectory(path),
    modifiedMs: (path) => files.modifiedMs(path),
  };
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof StoreError ? error.outcome : String(error)),
  );
}
