import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '#std/hash.ts';
import { FOREVER } from '../providers/local/image/support/image-stand.ts';
import { Processes } from '../providers/local/image/support/workers.ts';
import { AssetStand, bytesOf, digestAt, SIZE } from './support/asset-stand.ts';

let stand: AssetStand;
beforeEach(async () => {
  stand = await AssetStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

describe('what is wanted from an address', () => {
  test('comes once, whole, under its digest, and how far it is is told', async () => {
    const etcd = stand.publish('etcd');
    const cache = stand.cache();
    const path = await cache.obtain(etcd, FOREVER);
    expect([path, await digestAt(path)]).toEqual([join(stand.directory, etcd.sha256), etcd.sha256]);
    expect(stand.events.at(-1)).toMatchObject({ type: 'downloading', url: etcd.url, bytes: SIZE, of: SIZE });
    expect(await stand.cache().obtain(etcd, FOREVER)).toBe(path);
    expect(stand.server.requests).toHaveLength(1);
    expect(await stand.tree()).toEqual([etcd.sha256, 'downloads'].toSorted());
  });

  test('goes on at the byte where the connection broke', async () => {
    const etcd = stand.publish('etcd');
    stand.server.troubles.push({ cutAfter: 100_000 }, 'refused', { status: 503 });
    expect(await digestAt(await stand.cache().obtain(etcd, FOREVER))).toBe(etcd.sha256);
    expect(stand.server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=100000-']);
  });

  test('is gone on with by the next process when one was stopped in the middle', async () => {
    const etcd = stand.publish('etcd');
    stand.server.troubles.push({ silentAfter: 120_000 });
    const stopping = new AbortController();
    const first = stand.cache().obtain(etcd, stopping.signal);
    while ((await stand.partBytes()) < 120_000) await new Promise((resolve) => setTimeout(resolve, 1));
    stopping.abort(new Error('stopped'));
    await expect(first).rejects.toThrow('stopped');
    expect(await digestAt(await stand.cache().obtain(etcd, FOREVER))).toBe(etcd.sha256);
    expect(stand.server.requests.at(-1)?.range).toBe('bytes=120000-');
  });

  test('and is not what was locked is kept nowhere', async () => {
    const etcd = { ...stand.publish('etcd'), sha256: sha256Hex('another') };
    await expect(stand.cache().obtain(etcd, FOREVER)).rejects.toMatchObject({
      code: 'assets.digest',
      detail: `etcd: ${etcd.url} was to be sha256:${etcd.sha256} and is sha256:${sha256Hex(bytesOf('etcd'))}. It was removed.`,
    });
    expect((await stand.tree()).filter((name) => /\.part$|^[0-9a-f]{64}$/.test(name))).toEqual([]);
  });

  test('and is not there is named with its address', async () => {
    const wanted = { name: 'etcd', sha256: sha256Hex('x'), from: stand.server.urlOf('/nothing').href };
    await expect(stand.cache().obtain(wanted, FOREVER)).rejects.toMatchObject({
      code: 'assets.unavailable',
      detail: `etcd: ${wanted.from}: It answers with status 404.`,
    });
  });

  test('by several at one time is fetched once, by one process or by two', async () => {
    const etcd = stand.publish('etcd');
    const processes = new Processes();
    const [one, other] = [stand.cache(processes.as(1)), stand.cache(processes.as(2))];
    stand.clock.share = 0.01;
    const paths = await Promise.all([one, one, other, other].map((cache) => cache.obtain(etcd, FOREVER)));
    expect(new Set(paths)).toEqual(new Set([join(stand.directory, etcd.sha256)]));
    expect(stand.server.requests).toHaveLength(1);
  });

  test('is not fetched by whoever begins when another has just ended', async () => {
    const etcd = stand.publish('etcd');
    const processes = new Processes();
    const late = processes.as(2);
    // Asked for when it has seen that nobody is at it, and before it is at it itself.
    const self = async () => {
      await stand.cache(processes.as(1)).obtain(etcd, FOREVER);
      return late.self();
    };
    const workers = { self, isCertainlyDead: late.isCertainlyDead.bind(late) };
    expect(await digestAt(await stand.cache(workers).obtain(etcd, FOREVER))).toBe(etcd.sha256);
    expect(stand.server.requests).toHaveLength(1);
    expect(await stand.tree()).toEqual([etcd.sha256, 'downloads'].toSorted());
  });
});

describe('what is wanted from a folder', () => {
  test('is taken from there without any request', async () => {
    const bytes = bytesOf('etcd');
    const from = await stand.write(sha256Hex(bytes), bytes);
    const path = await stand.cache().obtain({ name: 'etcd', sha256: sha256Hex(bytes), from }, FOREVER);
    expect(await digestAt(path)).toBe(sha256Hex(bytes));
    expect(stand.server.requests).toEqual([]);
  });

  test('and was changed there is refused, and kept nowhere', async () => {
    const sha256 = sha256Hex('as it was');
    const from = await stand.write(sha256, Buffer.from('as somebody made it'));
    await expect(stand.cache().obtain({ name: 'etcd', sha256, from }, FOREVER)).rejects.toMatchObject({
      code: 'assets.digest',
      detail: `etcd: ${from} was to be sha256:${sha256} and is sha256:${sha256Hex('as somebody made it')}. Nothing of it was kept.`,
    });
    expect(await stand.tree()).toEqual(['downloads']);
  });

  test('and is not there is named with its path', async () => {
    const wanted = { name: 'etcd', sha256: sha256Hex('x'), from: '/no/such/folder/file' };
    await expect(stand.cache().obtain(wanted, FOREVER)).rejects.toMatchObject({
      code: 'assets.unavailable',
      detail: 'etcd: /no/such/folder/file: no such file or directory.',
    });
  });
});

describe('the cache', () => {
  test('keeps what the program makes, and hands it out like all else', async () => {
    const bytes = bytesOf('bundle');
    const cache = stand.cache();
    const path = await cache.keep(bytes);
    expect(await cache.obtain({ name: 'node-bundle', sha256: sha256Hex(bytes), from: 'program' }, FOREVER)).toBe(path);
    expect(await cache.size(sha256Hex(bytes))).toBe(SIZE);
  });

  test('does not make what another version of the program made', async () => {
    const wanted = { name: 'node-bundle', sha256: sha256Hex('of another'), from: 'program' };
    await expect(stand.cache().obtain(wanted, FOREVER)).rejects.toMatchObject({ code: 'assets.unavailable' });
  });

  test('notices what was damaged in it, and fetches it again', async () => {
    const [etcd, other] = [stand.publish('etcd'), stand.publish('other')];
    const cache = stand.cache();
    await cache.obtain(other, FOREVER);
    await appendFile(await cache.obtain(etcd, FOREVER), 'x');
    const verdicts = new Map((await cache.verify(FOREVER)).map(({ sha256, isWhole }) => [sha256, isWhole]));
    expect(verdicts).toEqual(
      new Map([
        [etcd.sha256, false],
        [other.sha256, true],
      ]),
    );
    expect(await digestAt(await cache.obtain(etcd, FOREVER))).toBe(etcd.sha256);
    expect(stand.server.requests).toHaveLength(3);
  });

  test('that cannot be written to is named', async () => {
    const etcd = stand.publish('etcd');
    await mkdir(join(stand.directory, etcd.sha256), { recursive: true });
    await expect(stand.cache().obtain(etcd, FOREVER)).rejects.toMatchObject({ code: 'workstation.unusable' });
  });
});
