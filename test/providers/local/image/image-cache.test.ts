import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import type { ImageCache } from '#providers/local/image/image-cache.ts';
import type { ImageForm } from '#providers/local/image/image-form.ts';
import { digestOf, FOREVER, ImageStand, qcow2 } from './support/image-stand.ts';
import { Processes } from './support/workers.ts';

const BYTES = qcow2();
const ID = digestOf(BYTES);
const FORM: ImageForm = {
  format: 1,
  digest: ID,
  system: 'debian-13',
  architecture: 'amd64',
  diskFormat: 'qcow2',
  rootDevice: '/dev/vda1',
  origin: { from: 'file', name: 'my.img' },
};
const DAYS_MS = 86_400_000;

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

function troubleIn(result: PromiseSettledResult<unknown>): readonly unknown[] {
  return result.status === 'rejected' ? [result.reason] : [];
}

async function publish(cache: ImageCache): Promise<void> {
  const draft = await cache.making.begin('import');
  await writeFile(join(draft, 'disk.qcow2'), BYTES);
  await cache.publish(draft, FORM);
}

describe('an entry', () => {
  test('is there at once and whole, and nothing is left of the draft', async () => {
    const cache = stand.cache();
    expect(await cache.entry(ID)).toBeUndefined();
    await publish(cache);
    expect(await cache.entry(ID)).toMatchObject({ id: ID, disk: join(stand.images, ID, 'disk.qcow2'), form: FORM });
    expect(await stand.tree()).toEqual([ID, `${ID}/disk.qcow2`, `${ID}/image.json`, `${ID}/size`, 'making'].toSorted());
  });

  test('that many publish at one time is one', async () => {
    const processes = new Processes();
    for (let round = 0; round < 10; round += 1) {
      await stand.cache().remove(ID);
      await Promise.all([1, 2, 3, 4, 5, 6].map((pid) => publish(stand.cache(processes.as(pid)))));
      expect(await stand.cache().isWhole(ID)).toBe(true);
      const files = ['disk.qcow2', 'image.json', 'size'].map((name) => `${ID}/${name}`);
      expect(await stand.tree()).toEqual([ID, ...files, 'making'].toSorted());
    }
  });

  test('that some publish while others remove it is there whole or not at all', async () => {
    const processes = new Processes();
    for (let round = 0; round < 20; round += 1) {
      const work = [1, 2, 3, 4].map(async (pid) => {
        const cache = stand.cache(processes.as(pid));
        await (pid % 2 === 0 ? publish(cache) : cache.remove(ID));
        return cache.lookForWhole(ID);
      });
      // Whoever published may have seen it go in the same moment.
      const troubles = (await Promise.allSettled(work)).flatMap(troubleIn);
      expect(troubles.filter((error) => !isProblem(error, 'local.image-missing'))).toEqual([]);
      const entry = await stand.cache().look(ID);
      expect(await stand.cache().isWhole(ID)).toBe(entry !== undefined);
      expect((await stand.tree()).filter((name) => name.startsWith('making/'))).toEqual([]);
    }
  });

  test('is listed with its size and when it was last used, those in use first', async () => {
    const cache = stand.cache();
    await publish(cache);
    const [fresh] = await cache.list();
    expect([fresh?.id, fresh?.entry?.form, fresh?.lastUsedMs]).toEqual([ID, FORM, undefined]);
    const usedAtMs = stand.clock.wallMs();
    await cache.entry(ID);
    const [listed] = await cache.list();
    expect(listed?.lastUsedMs).toBe(usedAtMs);
    expect(listed?.sizeBytes).toBeGreaterThan(BYTES.length);
    expect(listed?.sizeBytes).toBeLessThan(BYTES.length + 1_000);
  });

  test('that is not as long as it was is not used any more, and makes room for a good one', async () => {
    const cache = stand.cache();
    await publish(cache);
    await truncate(join(stand.images, ID, 'disk.qcow2'), 1_000);
    await expect(cache.entry(ID)).rejects.toMatchObject({ code: 'local.image-damaged' });
    expect(await cache.isWhole(ID)).toBe(false);
    await publish(cache);
    expect(await cache.entry(ID)).toMatchObject({ id: ID });
    expect(await cache.isWhole(ID)).toBe(true);
  });

  test('whose bytes have changed is found by its digest', async () => {
    const cache = stand.cache();
    await publish(cache);
    const changed = Buffer.from(BYTES);
    changed.write('another', 70_000);
    await writeFile(join(stand.images, ID, 'disk.qcow2'), changed);
    expect(await cache.isWhole(ID, FOREVER)).toBe(false);
  });

  test('whose length was never noted is read once, and then trusted', async () => {
    const cache = stand.cache();
    await publish(cache);
    await rm(join(stand.images, ID, 'size'));
    expect(await cache.entry(ID)).toMatchObject({ id: ID });
    expect(await stand.ground.files.read(join(stand.images, ID, 'size'))).toBe(String(BYTES.length));
  });

  test.each(['{"format":1', JSON.stringify({ ...FORM, digest: digestOf('other') })])(
    'with the description %s is good for nothing, and is listed as that',
    async (text) => {
      const cache = stand.cache();
      await publish(cache);
      await writeFile(join(stand.images, ID, 'image.json'), text);
      await expect(cache.entry(ID)).rejects.toMatchObject({ code: 'local.image-damaged' });
      expect(await cache.list()).toMatchObject([{ id: ID, entry: undefined }]);
      expect(await cache.isWhole(ID)).toBe(false);
      await cache.remove(ID);
      expect(await cache.list()).toEqual([]);
    },
  );

  test('that is removed is gone, and again is no error', async () => {
    const cache = stand.cache();
    await publish(cache);
    await cache.remove(ID);
    await cache.remove(ID);
    expect(await cache.entry(ID)).toBeUndefined();
    expect(await stand.tree()).toEqual(['making']);
  });
});

describe('what is not finished', () => {
  const processes = new Processes();
  const [one, two] = [processes.as(11), processes.as(12)];

  async function age(path: string, days: number): Promise<void> {
    const at = new Date(Date.now() - days * DAYS_MS);
    await utimes(path, at, at);
  }

  test('goes when its process has certainly ended, or a day after anything was done to it', async () => {
    const ended = await stand.cache(processes.as(21)).making.begin('import');
    const running = await stand.cache(processes.as(22)).making.begin('import');
    const forgotten = await stand.cache(processes.as(23)).making.begin('import');
    const strange = join(stand.images, 'making', 'strange');
    await mkdir(strange);
    await age(forgotten, 1.1);
    await age(strange, 1.1);
    processes.end(21);
    await stand.cache(two).clear();
    expect(await stand.tree()).toEqual(['making', running.slice(stand.images.length + 1)].toSorted());
    expect(ended).not.toBe(running);
  });

  test('of a download is kept for a week, for whoever goes on with it', async () => {
    const ended = processes.as(31);
    const lately = await stand.cache(ended).downloads.begin('disk');
    const old = await stand.cache(ended).downloads.begin('disk');
    await age(lately, 6);
    await age(old, 8);
    processes.end(31);
    await stand.cache(two).clear();
    expect(await stand.ground.files.list(join(stand.images, 'downloads'))).toEqual([
      { name: lately.split('/').at(-1), isDirectory: true },
    ]);
  });

  test('is taken over from an ended process with all that is in it, by one alone', async () => {
    const left = await stand.cache(processes.as(41)).downloads.begin('disk');
    await writeFile(join(left, 'file.part'), 'half');
    expect(await stand.cache(one).downloads.takeOver('disk')).toBeUndefined();
    processes.end(41);
    const takers = await Promise.all([one, two].map((each) => stand.cache(each).downloads.takeOver('disk')));
    const [taken, ...others] = takers.filter((path) => path !== undefined);
    expect(others).toEqual([]);
    expect(await stand.ground.files.read(join(taken ?? '', 'file.part'))).toBe('half');
    expect(await stand.cache(one).downloads.takeOver('another')).toMatch(/another~/);
  });

  test('is taken over from one of which nothing is known once nothing happens any more', async () => {
    const left = await stand.cache(one).downloads.begin('disk');
    expect(await stand.cache(two).downloads.takeOver('disk')).toBeUndefined();
    await age(left, 1);
    expect(await stand.cache(two).downloads.takeOver('disk')).toMatch(/disk~/);
  });

  test('of two that begin in one moment at most one goes on', async () => {
    for (let round = 0; round < 20; round += 1) {
      const what = `disk${round}`;
      const began = await Promise.all([one, two].map((each) => stand.cache(each).downloads.takeOver(what)));
      expect(began.filter((path) => path !== undefined).length).toBeLessThanOrEqual(1);
    }
  });
});
