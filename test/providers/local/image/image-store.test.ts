import { readdir, rm, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ImageChoice, sourceOf } from '#providers/local/image/image-store.ts';
import { digestOf, FOREVER, ImageStand, qcow2, rawDisk } from './support/image-stand.ts';
import { Processes } from './support/workers.ts';

const CHOICE: ImageChoice = { system: 'debian-13', architecture: 'amd64' };
const INDEX = '/cloud.debian.org/images/cloud/trixie/';
const UNREACHABLE = ['refused', 'refused', 'refused', 'refused', 'refused'] as const;

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

function nameOf(edition: string): string {
  return `debian-13-genericcloud-amd64-${edition}.qcow2`;
}

/** What the maker shows from now on. */
function show(edition: string, bytes: Uint8Array, published = bytes): void {
  const { files } = stand.server;
  files.set(INDEX, {
    bytes: Buffer.from(`<a href="20260101-1/">20260101-1/</a><a href="${edition}/">${edition}/</a>`),
  });
  const sums = `${digestOf(published, 'sha512')}  ${nameOf(edition)}\n`;
  files.set(`${INDEX}${edition}/SHA512SUMS`, { bytes: Buffer.from(sums) });
  files.set(`${INDEX}${edition}/${nameOf(edition)}`, { bytes, etag: `"${edition}"` });
}

function fetchedDisks(): number {
  return stand.server.requests.filter(({ path }) => path.endsWith('.qcow2')).length;
}

async function partBytes(): Promise<number | undefined> {
  const [part] = (await stand.tree()).filter((name) => name.endsWith('file.part'));
  return part === undefined ? undefined : stand.ground.disk.size(join(stand.images, part));
}

/** As if nothing in it had been touched for an hour. */
async function age(directory: string): Promise<void> {
  const at = new Date(Date.now() - 3_600_000);
  for (const name of await readdir(directory, { recursive: true })) await utimes(join(directory, name), at, at);
}

describe('the newest image of a system', () => {
  test('is fetched once, after its digest, and known again by what was published', async () => {
    const disk = qcow2('one');
    show('20261001-2618', disk);
    const entry = await stand.store().ensure(CHOICE, FOREVER);
    expect(entry).toMatchObject({ id: digestOf(disk), diskFormat: 'qcow2', rootDevice: '/dev/vda1' });
    expect(entry.form.origin).toEqual({
      from: 'download',
      url: `https://cloud.debian.org/images/cloud/trixie/20261001-2618/${nameOf('20261001-2618')}`,
      release: '20261001-2618',
      digest: `sha512:${digestOf(disk, 'sha512')}`,
    });
    expect(stand.server.requests.map(({ path }) => path.slice(INDEX.length))).toEqual([
      '',
      '20261001-2618/SHA512SUMS',
      `20261001-2618/${nameOf('20261001-2618')}`,
    ]);
    expect(await stand.store().ensure(CHOICE, FOREVER)).toEqual(entry);
    expect(fetchedDisks()).toBe(1);
    expect([...new Set(stand.events.map(({ type }) => type))]).toEqual(['downloading', 'checking']);
    const files = ['disk.qcow2', 'image.json', 'size'].map((name) => `${entry.id}/${name}`);
    expect(await stand.tree()).toEqual([entry.id, ...files, 'downloads', 'making'].toSorted());
  });

  test('is the newest of that day: a newer one is another image beside it', async () => {
    show('20261001-2618', qcow2('one'));
    const first = await stand.store().ensure(CHOICE, FOREVER);
    show('20261101-2700', qcow2('two'));
    const second = await stand.store().ensure(CHOICE, FOREVER);
    expect(second.id).not.toBe(first.id);
    expect((await stand.store().list()).map(({ id }) => id).toSorted()).toEqual([first.id, second.id].toSorted());
  });

  test('that several want at one time is fetched once', async () => {
    show('20261001-2618', qcow2('one'));
    const store = stand.store();
    const entries = await Promise.all([1, 2, 3].map(() => store.ensure(CHOICE, FOREVER)));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    expect(stand.server.requests).toHaveLength(3);
  });

  test('that several processes want at one time is fetched by one of them, and the others wait for it', async () => {
    show('20261001-2618', qcow2('one'));
    stand.clock.share = 0.01;
    const processes = new Processes();
    const stores = [1, 2, 3, 4].map((pid) => stand.store(processes.as(pid)));
    const entries = await Promise.all(stores.map((store) => store.ensure(CHOICE, FOREVER)));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    expect(fetchedDisks()).toBe(1);
    expect(await readdir(join(stand.images, 'downloads'))).toEqual([]);
  });

  test('that somebody has begun and left is gone on with by the next', async () => {
    show('20261001-2618', qcow2('one'));
    stand.server.troublesAt = /qcow2$/;
    stand.server.troubles.push({ cutAfter: 100_000 }, ...UNREACHABLE);
    const processes = new Processes();
    const begun = stand.store(processes.as(1)).ensure(CHOICE, FOREVER);
    await expect(begun).rejects.toMatchObject({ code: 'local.image-unavailable' });
    stand.server.troubles.length = 0;
    expect(await readdir(join(stand.images, 'downloads'))).toHaveLength(1);
    const entry = await stand.store(processes.as(2)).ensure(CHOICE, FOREVER);
    expect(entry.id).toBe(digestOf(qcow2('one')));
    expect(stand.server.requests.at(-1)).toMatchObject({ range: 'bytes=100000-', status: 206 });
    expect(await readdir(join(stand.images, 'downloads'))).toEqual([]);
  });

  test('whose download somebody slow was taken for dead in is waited for by the slow one', async () => {
    show('20261001-2618', qcow2('one'));
    stand.server.troublesAt = /qcow2$/;
    stand.server.troubles.push({ silentAfter: 100_000 });
    const processes = new Processes();
    const slow = stand.store(processes.as(1)).ensure(CHOICE, FOREVER);
    await vi.waitFor(async () => expect(await partBytes()).toBe(100_000));
    // Nothing is known of the first process but that nothing happens any more.
    await age(join(stand.images, 'downloads'));
    const quick = await stand.store(processes.as(2)).ensure(CHOICE, FOREVER);
    expect(quick.id).toBe(digestOf(qcow2('one')));
    stand.clock.pass();
    expect(await slow).toEqual(quick);
    expect(fetchedDisks()).toBe(2);
    expect(await readdir(join(stand.images, 'downloads'))).toEqual([]);
  });

  test('that is not what was published is not kept', async () => {
    show('20261001-2618', qcow2('bad'), qcow2('one'));
    await expect(stand.store().ensure(CHOICE, FOREVER)).rejects.toMatchObject({ code: 'local.image-digest' });
    expect(await stand.store().list()).toEqual([]);
  });

  test('that no machine could start from is not kept', async () => {
    show('20261001-2618', qcow2('over', { backingFile: true }));
    await expect(stand.store().ensure(CHOICE, FOREVER)).rejects.toMatchObject({ code: 'local.image-unusable' });
    expect(await stand.store().list()).toEqual([]);
    expect(await readdir(join(stand.images, 'downloads'))).toEqual([]);
  });

  test('is one of the cache when nobody can be asked, which is said', async () => {
    const path = await stand.write('my.img', rawDisk());
    const { id } = await stand
      .store()
      .import({ path, wanted: { system: 'debian-13', architecture: 'amd64' }, signal: FOREVER });
    stand.server.troubles.push(...UNREACHABLE);
    expect(await stand.store().ensure(CHOICE, FOREVER)).toMatchObject({ id });
    expect(stand.events).toMatchObject([{ type: 'taken-from-cache', id }]);
    expect(stand.events.map((event) => ('because' in event ? event.because : ''))[0]).toContain('cloud.debian.org');
    stand.server.troubles.push(...UNREACHABLE);
    const other = stand.store().ensure({ ...CHOICE, architecture: 'arm64' }, FOREVER);
    await expect(other).rejects.toMatchObject({ code: 'local.image-unavailable' });
  });

  test('of a system that nobody is known to make is one of the cache, or none', async () => {
    const choice = { system: 'plan-9', architecture: 'amd64' } as const;
    await expect(stand.store().ensure(choice, FOREVER)).rejects.toMatchObject({
      code: 'local.image-unavailable',
      detail:
        'Who publishes images of plan-9 is not known here, only of debian-12, debian-13, ubuntu-22.04, ubuntu-24.04. Name one by image.id.',
    });
    const path = await stand.write('my.img', rawDisk());
    const { id } = await stand.store().import({ path, wanted: choice, signal: FOREVER });
    expect(await stand.store().ensure(choice, FOREVER)).toMatchObject({ id });
  });

  test('that was damaged in the cache is fetched again', async () => {
    show('20261001-2618', qcow2('one'));
    const { id, disk } = await stand.store().ensure(CHOICE, FOREVER);
    await truncate(disk, 100);
    expect(await stand.store().has(id, FOREVER)).toBe(false);
    await stand.store().ensure(CHOICE, FOREVER);
    expect(fetchedDisks()).toBe(2);
    expect(await stand.store().verify(undefined, FOREVER)).toEqual([{ id, isWhole: true }]);
  });
});

describe('an image that is named', () => {
  test('by its path is copied, and by its id is taken from the cache', async () => {
    const path = await stand.write('my.img', qcow2('mine'));
    const { id } = await stand.store().ensure({ ...CHOICE, id: path }, FOREVER);
    await rm(path);
    expect(await stand.store().ensure({ ...CHOICE, id }, FOREVER)).toMatchObject({ id });
    await expect(stand.store().ensure({ ...CHOICE, architecture: 'arm64', id }, FOREVER)).rejects.toMatchObject({
      code: 'local.image-unusable',
      detail: `${id.slice(0, 12)}: It is made for amd64, and the machines are to be arm64.`,
    });
    const unknown = digestOf('nothing');
    await expect(stand.store().ensure({ ...CHOICE, id: unknown }, FOREVER)).rejects.toMatchObject({
      code: 'local.image-missing',
      detail: `The image ${unknown} is not in the cache.`,
    });
    expect(stand.server.requests).toEqual([]);
  });

  test('by its address is fetched with the digest that goes with it, without anybody being asked', async () => {
    const disk = qcow2('mirror');
    stand.server.files.set('/mirror/disk.img', { bytes: disk });
    const url = stand.server.urlOf('/mirror/disk.img').href;
    const id = `${url}#sha256:${digestOf(disk)}`;
    const entry = await stand.store().ensure({ ...CHOICE, id }, FOREVER);
    expect(entry.id).toBe(digestOf(disk));
    expect(sourceOf(entry)).toBe(id);
    expect(stand.server.requests).toHaveLength(1);
    await stand.store().ensure({ ...CHOICE, id }, FOREVER);
    expect(stand.server.requests).toHaveLength(1);
    const wrong = `${url}#sha256:${digestOf('other')}`;
    await expect(stand.store().ensure({ ...CHOICE, id: wrong }, FOREVER)).rejects.toMatchObject({
      code: 'local.image-digest',
    });
  });
});

describe('the images of a workstation', () => {
  test('are removed by the beginning of their id, unless machines stand on them', async () => {
    const store = stand.store();
    const path = await stand.write('my.img', rawDisk());
    const { id, disk } = await store.ensure({ ...CHOICE, id: path }, FOREVER);
    const inUse = async () => new Map([[id, ['dev worker-1', 'dev worker-2']]]);
    expect(await store.list(inUse)).toMatchObject([{ id, machines: ['dev worker-1', 'dev worker-2'] }]);
    await expect(store.remove(id.slice(0, 12), inUse)).rejects.toMatchObject({
      code: 'local.image-in-use',
      detail: `${id.slice(0, 12)}: dev worker-1, dev worker-2.`,
    });
    await truncate(disk, 3);
    expect(await store.remove(id.slice(0, 12), inUse)).toMatchObject({ id });
    expect(await store.list()).toEqual([]);
  });

  test.each(['abc', '0123456789', '../escape'])('are not meant by %s', async (text) => {
    const removal = stand.store().remove(text, async () => new Map());
    await expect(removal).rejects.toMatchObject({
      code: 'local.image-missing',
      detail: `${text}: There is none whose id begins so.`,
    });
  });

  test('are verified by reading every byte of them', async () => {
    const store = stand.store();
    const ids: string[] = [];
    for (const salt of ['one', 'two']) {
      const path = await stand.write('my.img', rawDisk(salt));
      ids.push((await store.ensure({ ...CHOICE, id: path }, FOREVER)).id);
    }
    const [first = '', second = ''] = ids;
    const disk = join(stand.images, second, 'disk.raw');
    const bytes = Buffer.from(await stand.ground.disk.readBytes(disk));
    bytes.writeUInt8(7, 20_000);
    await stand.ground.disk.write(disk, bytes);
    const checks = await store.verify(undefined, FOREVER);
    expect(new Map(checks.map((check) => [check.id, check.isWhole]))).toEqual(
      new Map([
        [first, true],
        [second, false],
      ]),
    );
    expect(await store.verify(first.slice(0, 8), FOREVER)).toEqual([{ id: first, isWhole: true }]);
  });

  test('that cannot be written are a matter of the disk', async () => {
    await stand.write('images', 'a file where a directory has to be');
    const path = await stand.write('my.img', rawDisk());
    const imported = stand.store().ensure({ ...CHOICE, id: path }, FOREVER);
    await expect(imported).rejects.toMatchObject({ code: 'workstation.unusable' });
  });
});
