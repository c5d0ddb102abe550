import { readdir, readFile, truncate, writeFile, appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadFile, type FileGround } from '#std/resumable-download.ts';
import { DownloadError } from '#std/downloads.ts';
import { SystemDisk } from '#std/system-disk.ts';
import type { DownloadProgress } from '#std/download-pace.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import type { Trouble } from '../providers/local/image/support/file-server.ts';
import { digestOf, FOREVER, ImageStand } from '../providers/local/image/support/image-stand.ts';

const SIZE = 200_000;
const BYTES = new SeededRandom(1).bytes(SIZE);
const OTHER = new SeededRandom(2).bytes(SIZE);
const ETAG = '"one"';

let stand: ImageStand;
let directory = '';
beforeEach(async () => {
  stand = await ImageStand.open();
  stand.server.files.set('/disk', { bytes: BYTES, etag: ETAG });
  directory = join(stand.root, 'part');
  await stand.ground.files.makeDirectory(directory);
});
afterEach(() => stand[Symbol.asyncDispose]());

interface Fetching {
  readonly digest?: string;
  readonly signal?: AbortSignal;
  readonly tell?: (progress: DownloadProgress) => void;
  readonly ground?: FileGround;
}

function fetchDisk({
  digest = digestOf(BYTES),
  signal = FOREVER,
  tell = () => undefined,
  ground = stand.ground,
}: Fetching = {}) {
  const wanted = { url: stand.server.urlOf('/disk'), digest: { algorithm: 'sha256', value: digest } } as const;
  return downloadFile(ground, directory, wanted, { signal, tell });
}

async function bytesAt(path: string): Promise<string> {
  return digestOf(await readFile(path));
}

class FullDisk extends SystemDisk {
  override free(): Promise<number> {
    return Promise.resolve(1_000_000);
  }
}

/** Waits for something that the other side of a connection does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a file arrives whole, and how far it is is told on the way', async () => {
  const told: DownloadProgress[] = [];
  const path = await fetchDisk({ tell: (progress) => told.push(progress) });
  expect(await bytesAt(path)).toBe(digestOf(BYTES));
  expect(told.at(-1)).toMatchObject({ bytes: SIZE, of: SIZE });
  expect(told.at(-1)?.bytesPerSecond).toBeGreaterThan(0);
  expect(told.map(({ bytes }) => bytes)).toEqual(
    told.map(({ bytes }) => bytes).toSorted((left, right) => left - right),
  );
});

test('a connection that breaks is made anew for what is missing', async () => {
  stand.server.troubles.push({ cutAfter: 70_000 }, 'refused', { status: 503 });
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests).toEqual([
    { path: '/disk', range: undefined, status: 200 },
    { path: '/disk', range: 'bytes=70000-', status: 503 },
    { path: '/disk', range: 'bytes=70000-', status: 206 },
  ]);
});

test('pauses grow while nothing comes, and after the fifth failure in a row it is given up; what came stays', async () => {
  stand.server.troubles.push({ cutAfter: 10_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  const error = await fetchDisk().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(String(error)).toContain(stand.server.urlOf('/disk').href);
  const pauses = stand.clock.pauses;
  expect(pauses).toHaveLength(4);
  for (const [place, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(500 * 2 ** place);
    expect(pause).toBeLessThanOrEqual(1_000 * 2 ** place);
  }
  stand.server.troubles.length = 0;
  await fetchDisk();
  expect(stand.server.requests.at(-1)).toEqual({ path: '/disk', range: 'bytes=10000-', status: 206 });
});

test('a server that falls silent is left after its time, and asked again for the rest', async () => {
  stand.server.troubles.push({ silentAfter: 50_000 });
  const told: number[] = [];
  const fetched = fetchDisk({ tell: ({ bytes }) => told.push(bytes) });
  await until(() => told.at(-1) === 50_000 && stand.clock.isWaitedFor);
  stand.clock.pass();
  expect(await bytesAt(await fetched)).toBe(digestOf(BYTES));
  expect(stand.server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=50000-']);
});

test('a file that the server has replaced is fetched from its beginning', async () => {
  stand.server.troubles.push({ cutAfter: 90_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  await expect(fetchDisk({ digest: digestOf(OTHER) })).rejects.toMatchObject({ code: 'unavailable' });
  stand.server.troubles.length = 0;
  stand.server.files.set('/disk', { bytes: OTHER, etag: '"two"' });
  expect(await bytesAt(await fetchDisk({ digest: digestOf(OTHER) }))).toBe(digestOf(OTHER));
  expect(stand.server.requests.at(-1)).toEqual({ path: '/disk', range: 'bytes=90000-', status: 200 });
});

test.each([
  ['says so by its tag', '"one"', '"two"'],
  ['does not say so', undefined, undefined],
])('a server that sends the rest of another file and %s is found out', async (_words, before, after) => {
  stand.server.manner = { ignoresConditions: true };
  stand.server.files.set('/disk', { bytes: BYTES, etag: before });
  stand.server.troubles.push({ cutAfter: 90_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  await expect(fetchDisk({ digest: digestOf(OTHER) })).rejects.toMatchObject({ code: 'unavailable' });
  stand.server.troubles.length = 0;
  stand.server.files.set('/disk', { bytes: OTHER, etag: after });
  const told: number[] = [];
  const path = await fetchDisk({ digest: digestOf(OTHER), tell: ({ bytes }) => told.push(bytes) });
  expect(await bytesAt(path)).toBe(digestOf(OTHER));
  expect(stand.server.requests.at(-1)).toEqual({ path: '/disk', range: undefined, status: 200 });
  // By the tag it is known before a byte was taken, without one only by the digest of them all.
  expect((told[0] ?? 0) > 90_000).toBe(after === undefined);
});

test('a part that begins elsewhere than it was to is not taken', async () => {
  stand.server.manner = { partsFrom: 1_000 };
  stand.server.troubles.push({ cutAfter: 90_000 });
  const told: number[] = [];
  expect(await bytesAt(await fetchDisk({ tell: ({ bytes }) => told.push(bytes) }))).toBe(digestOf(BYTES));
  expect(Math.max(...told)).toBe(SIZE);
  expect(stand.server.requests.map(({ status }) => status)).toEqual([200, 206, 200]);
});

test('a part that ends early without a word is followed by the next', async () => {
  stand.server.troubles.push({ cutAfter: 90_000 }, { endAfter: 50_000 });
  // From the second answer on no length is said.
  const tell = (): void => void (stand.server.manner = { saysLength: false });
  expect(await bytesAt(await fetchDisk({ tell }))).toBe(digestOf(BYTES));
  expect(stand.server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=90000-', 'bytes=140000-']);
});

test('a part that is longer than the whole is not asked to go on', async () => {
  stand.server.troubles.push({ cutAfter: 90_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  await expect(fetchDisk()).rejects.toMatchObject({ code: 'unavailable' });
  stand.server.troubles.length = 0;
  stand.server.requests.length = 0;
  await appendFile(join(directory, 'file.part'), OTHER);
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests).toEqual([{ path: '/disk', range: undefined, status: 200 }]);
});

test('however often a connection breaks, it goes on as long as something comes each time', async () => {
  stand.server.troubles.push(...Array.from({ length: 12 }, () => ({ cutAfter: 10_000 })));
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests).toHaveLength(13);
});

test('what was begun from another address is not gone on with', async () => {
  stand.server.files.set('/mirror', { bytes: BYTES, etag: ETAG });
  stand.server.troubles.push({ cutAfter: 90_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  await expect(fetchDisk()).rejects.toMatchObject({ code: 'unavailable' });
  stand.server.troubles.length = 0;
  const wanted = {
    url: stand.server.urlOf('/mirror'),
    digest: { algorithm: 'sha256', value: digestOf(BYTES) },
  } as const;
  await downloadFile(stand.ground, directory, wanted, { signal: FOREVER, tell: () => undefined });
  expect(stand.server.requests.at(-1)).toEqual({ path: '/mirror', range: undefined, status: 200 });
});

test('a server that has no parts sends all again', async () => {
  stand.server.manner = { hasRanges: false };
  stand.server.troubles.push({ cutAfter: 120_000 });
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests.map(({ status }) => status)).toEqual([200, 200]);
});

test('a weak tag is no promise: the rest is asked for without it, and the digest decides', async () => {
  stand.server.files.set('/disk', { bytes: BYTES, etag: 'W/"one"' });
  stand.server.troubles.push({ cutAfter: 30_000 });
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests.at(-1)?.status).toBe(206);
});

test('an answer without a length is taken to its end, and one that ended too early is no image', async () => {
  stand.server.manner = { saysLength: false };
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  await stand.ground.disk.removeTree(directory);
  await stand.ground.files.makeDirectory(directory);
  stand.server.troubles.push({ endAfter: 150_000 });
  const error = await fetchDisk().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'other' });
  expect(await readdir(directory)).toEqual([]);
});

test('other bytes than were published are removed, and both digests told', async () => {
  const error = await fetchDisk({ digest: digestOf(OTHER) }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'other' });
  const url = stand.server.urlOf('/disk').href;
  expect(error).toMatchObject({
    message: `${url} was to be sha256:${digestOf(OTHER)} and is sha256:${digestOf(BYTES)}. It was removed.`,
  });
  expect(await readdir(directory)).toEqual([]);
  expect(stand.server.requests).toHaveLength(1);
});

test('a part that was damaged on the disk costs one more download, no more', async () => {
  stand.server.troubles.push({ cutAfter: 90_000 }, 'refused', 'refused', 'refused', 'refused', 'refused');
  await expect(fetchDisk()).rejects.toMatchObject({ code: 'unavailable' });
  stand.server.troubles.length = 0;
  await writeFile(join(directory, 'file.part'), OTHER.subarray(0, 90_000));
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  expect(stand.server.requests.slice(-2).map(({ status }) => status)).toEqual([206, 200]);
});

test.each([404, 403])('status %i is the last word, and the address is told', async (status) => {
  stand.server.troubles.push({ status });
  const error = await fetchDisk().catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: 'unavailable',
    message: `${stand.server.urlOf('/disk').href}: It answers with status ${status}.`,
  });
  expect(stand.server.requests).toHaveLength(1);
});

test('it goes where it is sent on to, but never in circles', async () => {
  stand.server.files.set('/mirror/disk', { bytes: BYTES, etag: ETAG });
  stand.server.redirects.set('/disk', '/mirror/disk');
  stand.server.troubles.push({ cutAfter: 0 });
  expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
  await stand.ground.disk.removeTree(directory);
  await stand.ground.files.makeDirectory(directory);
  stand.server.redirects.set('/disk', '/disk');
  const error = await fetchDisk().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(String(error)).toContain('more than 5 times');
});

test('what there is no room for is refused before its first byte', async () => {
  const error = await fetchDisk({ ground: { ...stand.ground, disk: new FullDisk() } }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: 'no-room' });
  expect(String(error)).toMatch(/needs 65 MiB at .+, where 1 MiB are free/);
  expect(await readdir(directory)).toEqual(['begun.json']);
});

test('who leaves leaves what has come', async () => {
  stand.server.troubles.push({ silentAfter: 40_000 });
  const leaving = new AbortController();
  const fetched = fetchDisk({
    signal: leaving.signal,
    tell: ({ bytes }) => {
      if (bytes === 40_000) leaving.abort(new Error('left'));
    },
  });
  await expect(fetched).rejects.toThrow('left');
  await fetchDisk();
  expect(stand.server.requests.at(-1)).toEqual({ path: '/disk', range: 'bytes=40000-', status: 206 });
});

test('whatever cuts, kills and changes there are, the bytes are right in the end', async () => {
  const cut = fc.record({ cutAfter: fc.integer({ min: 0, max: SIZE }) });
  const trouble: fc.Arbitrary<Trouble> = fc.oneof(
    cut,
    cut,
    fc.constant('refused' as const),
    fc.constant({ status: 503 }),
  );
  const mishap = fc.oneof(
    fc.record({ shrinksBy: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ zeros: fc.integer({ min: 1, max: 5_000 }) }),
    fc.constant('begun lost' as const),
    fc.constant('begun torn' as const),
    fc.constant('replaced' as const),
    fc.constant('nothing' as const),
  );
  const life = fc.record({ troubles: fc.array(trouble, { maxLength: 4 }), mishap });
  const manner = fc.record({ hasRanges: fc.boolean(), ignoresConditions: fc.boolean(), saysLength: fc.boolean() });
  const tag = fc.constantFrom('"one"', 'W/"one"', undefined);
  await fc.assert(
    fc.asyncProperty(fc.array(life, { maxLength: 5 }), manner, tag, async (lives, kept, etag) => {
      await stand.ground.disk.removeTree(directory);
      await stand.ground.files.makeDirectory(directory);
      stand.server.manner = kept;
      // The first process may meet an older file than the one that is published now.
      const isReplaced = lives.some(({ mishap: met }) => met === 'replaced');
      stand.server.files.set('/disk', { bytes: isReplaced ? OTHER : BYTES, etag });
      for (const { troubles, mishap: met } of lives) {
        stand.server.troubles.splice(0, Infinity, ...troubles, 'refused', 'refused', 'refused', 'refused', 'refused');
        await fetchDisk().catch(unlessProblem);
        if (met === 'replaced') stand.server.files.set('/disk', { bytes: BYTES, etag: etag?.replace('one', 'two') });
        await befall(met);
      }
      stand.server.files.set('/disk', { bytes: BYTES, etag: isReplaced ? etag?.replace('one', 'two') : etag });
      stand.server.troubles.length = 0;
      expect(await bytesAt(await fetchDisk())).toBe(digestOf(BYTES));
    }),
    { numRuns: 40 },
  );
});

function unlessProblem(error: unknown): void {
  if (!(error instanceof DownloadError)) throw error;
}

/** What a kill or a power cut may leave of a part. */
async function befall(
  met:
    | { readonly shrinksBy: number }
    | { readonly zeros: number }
    | 'begun lost'
    | 'begun torn'
    | 'replaced'
    | 'nothing',
): Promise<void> {
  const part = join(directory, 'file.part');
  const size = await stand.ground.disk.size(part);
  if (met === 'begun lost') return stand.ground.files.remove(join(directory, 'begun.json'));
  if (met === 'begun torn') return writeFile(join(directory, 'begun.json'), '{"url":"htt');
  if (size === undefined || typeof met === 'string') return undefined;
  if ('zeros' in met) return appendFile(part, Buffer.alloc(met.zeros));
  return truncate(part, Math.floor(size * (1 - met.shrinksBy)));
}
