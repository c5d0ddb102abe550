import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '#providers/simulator/account-log.ts';
import { BUNDLE_SIZE, DirectoryLog } from '#providers/simulator/directory-log.ts';
import type { Files } from '#std/files.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { Disk, type Mishap } from '../../support/disk.ts';

function entryOf(n: number): LogEntry {
  const value = { name: `bucket-${n}`, tags: { n: String(n) } };
  const write = { kind: 's3.bucket', region: '', id: `bucket-${n}`, value };
  return { type: 'changed', atMs: n, operation: 's3.CreateBucket', region: 'eu-west-3', charges: [], writes: [write] };
}

const OPENING: LogEntry = { type: 'opened', format: 1, epochMs: 5, speed: 2, seed: 's', accountId: '111122223333' };

describe('on a simulated disk', () => {
  const seeds = { next: 1 };
  const openOn = (disk: Disk, mishap?: (n: number, name: keyof Files, path: string) => Mishap | undefined) =>
    new DirectoryLog({
      root: '/account',
      files: disk.mount(mishap === undefined ? {} : { mishap }),
      random: new SeededRandom(seeds.next++),
    });

  async function fill(log: DirectoryLog, upTo: number): Promise<void> {
    await log.append(1, OPENING);
    for (let n = 2; n <= upTo; n += 1) await log.append(n, entryOf(n));
  }

  test('an empty log has no entries, and what is appended is read in order', async () => {
    const disk = new Disk();
    expect(await openOn(disk).readAfter(0)).toEqual([]);
    await fill(openOn(disk), 4);
    expect(await openOn(disk).readAfter(0)).toEqual([OPENING, entryOf(2), entryOf(3), entryOf(4)]);
    expect(await openOn(disk).readAfter(2)).toEqual([entryOf(3), entryOf(4)]);
    expect(await openOn(disk).readAfter(4)).toEqual([]);
  });

  test('LOG-1: a number is given once', async () => {
    const disk = new Disk();
    const [one, other] = [openOn(disk), openOn(disk)];
    expect(await one.append(1, OPENING)).toBe(true);
    expect(await other.append(1, entryOf(1))).toBe(false);
    expect(await one.readAfter(0)).toEqual([OPENING]);
  });

  test('LOG-2: a writer killed at any operation leaves a log that can be read and continued', async () => {
    for (let fatal = 1; ; fatal += 1) {
      const disk = new Disk();
      await fill(openOn(disk), 2);
      const dead = { yet: false };
      const mishap = (operation: number): Mishap | undefined => {
        dead.yet ||= operation === fatal;
        return operation >= fatal ? { fails: 'io' } : undefined;
      };
      await openOn(disk, mishap)
        .append(3, entryOf(3))
        .catch(() => undefined);
      const survivor = openOn(disk);
      const found = await survivor.readAfter(0);
      expect([2, 3]).toContain(found.length);
      expect(await survivor.append(found.length + 1, entryOf(9))).toBe(true);
      expect(await survivor.readAfter(found.length)).toEqual([entryOf(9)]);
      if (!dead.yet) break;
    }
  });

  test('LOG-3: a log of thousands of entries is opened from its bundles', async () => {
    const disk = new Disk();
    await fill(openOn(disk), 2 * BUNDLE_SIZE + 7);
    const reads: string[] = [];
    const log = openOn(disk, (_n, name, path) => {
      if (name === 'read') reads.push(path);
      return undefined;
    });
    const found = await log.readAfter(0);
    expect(found).toHaveLength(2 * BUNDLE_SIZE + 7);
    expect(found[2 * BUNDLE_SIZE - 1]).toEqual(entryOf(2 * BUNDLE_SIZE));
    expect(reads).toHaveLength(2 + 1 + 8);
  });

  test('who has read a part of a bundle goes on where it stopped', async () => {
    const disk = new Disk();
    await fill(openOn(disk), 2 * BUNDLE_SIZE + 1);
    expect(await openOn(disk).readAfter(BUNDLE_SIZE - 2)).toHaveLength(BUNDLE_SIZE + 3);
  });

  test.each(['000000000500.json', '000000001000.json'])(
    'LOG-3: the bundle %s may be damaged or missing',
    async (name) => {
      const disk = new Disk();
      await fill(openOn(disk), 2 * BUNDLE_SIZE);
      const whole = await openOn(disk).readAfter(0);
      disk.damage(`/account/bundle/${name}`, (bytes) => bytes.subarray(0, bytes.length >> 1));
      expect(await openOn(disk).readAfter(0)).toEqual(whole);
      await disk.mount().remove(`/account/bundle/${name}`);
      expect(await openOn(disk).readAfter(0)).toEqual(whole);
    },
  );

  test('an entry counts although its bundle cannot be written', async () => {
    const disk = new Disk();
    const mishap = (_n: number, name: keyof Files, path: string): Mishap | undefined =>
      name === 'link' && path.includes('bundle') ? { fails: 'full' } : undefined;
    await fill(openOn(disk, mishap), BUNDLE_SIZE);
    expect(await openOn(disk).readAfter(0)).toHaveLength(BUNDLE_SIZE);
  });

  test('LOG-3: a damaged entry is named, never skipped', async () => {
    const disk = new Disk();
    await fill(openOn(disk), 3);
    disk.damage('/account/log/000000000002.json', (bytes) => bytes.subarray(0, 90));
    await expect(openOn(disk).readAfter(0)).rejects.toMatchObject({
      code: 'state.corrupt',
      detail: '/account/log/000000000002.json is damaged: the simulated account cannot be read any further',
    });
  });

  test('a full disk is no lost race', async () => {
    const mishap = (_n: number, name: keyof Files): Mishap | undefined =>
      name === 'create' ? { fails: 'full' } : undefined;
    await expect(openOn(new Disk(), mishap).append(1, OPENING)).rejects.toMatchObject({ code: 'state.store-full' });
  });
});

describe('on a real disk', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bootstrap-account-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  test('LOG-1: processes that share a directory number their entries without a gap and without a loss', async () => {
    const script = `
      import { DirectoryLog } from '#providers/simulator/directory-log.ts';
      import { SystemFiles } from '#std/system-files.ts';
      import { SystemRandom } from '#std/system-random.ts';
      const log = new DirectoryLog({ root: process.argv[1], files: new SystemFiles(), random: new SystemRandom() });
      let seq = 0;
      for (let done = 0; done < 25;) {
        seq += (await log.readAfter(seq)).length;
        const operation = process.argv[2] + '.' + done;
        const entry = { type: 'changed', atMs: 1, operation, region: 'eu-west-3', charges: [], writes: [] };
        if (await log.append(seq + 1, entry)) { seq += 1; done += 1; }
      }`;
    const run = promisify(execFile);
    const flags = ['--conditions=source', '--input-type=module-typescript', '--disable-warning=ExperimentalWarning'];
    const cwd = new URL('../../..', import.meta.url).pathname;
    await Promise.all(
      ['a', 'b', 'c'].map((name) => run(process.execPath, [...flags, '--eval', script, root, name], { cwd })),
    );
    const log = new DirectoryLog({ root, files: new SystemFiles(), random: new SeededRandom(1) });
    const operations = (await log.readAfter(0)).map((entry) => (entry.type === 'changed' ? entry.operation : ''));
    const expected = ['a', 'b', 'c'].flatMap((name) => Array.from({ length: 25 }, (_, n) => `${name}.${n}`));
    expect(operations.toSorted()).toEqual(expected.toSorted());
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
  }, 30_000);
});
