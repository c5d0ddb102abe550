import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAsset } from '#assets/add-asset.ts';
import { LOCK_FILE, type LockedAsset } from '#assets/asset-lock.ts';
import { fillMirror, verifyMirror } from '#assets/mirror.ts';
import { readAssetLock } from '#assets/read-lock.ts';
import { sha256Hex } from '#std/hash.ts';
import { FOREVER } from '../providers/local/image/support/image-stand.ts';
import { AssetStand, bytesOf, digestAt, namesIn } from './support/asset-stand.ts';

let stand: AssetStand;
let folder = '';
let assets: readonly LockedAsset[] = [];
beforeEach(async () => {
  stand = await AssetStand.open();
  folder = join(stand.root, 'mirror');
  assets = ['etcd', 'runc-x', 'plugins', 'containerd', 'kubelet-of-it'].map((name) => {
    const { from: _from, ...asset } = stand.publish(name);
    return asset;
  });
});
afterEach(() => stand[Symbol.asyncDispose]());

async function fill(source = 'upstream', signal = FOREVER): Promise<readonly string[]> {
  const told: string[] = [];
  const tell = ({ name }: LockedAsset, turn: string): void => void told.push(`${name} ${turn}`);
  await fillMirror(stand.ground, stand.cache(), { assets, source, to: folder, signal, tell });
  return told.toSorted();
}

async function verdicts(): Promise<readonly string[]> {
  const found = await verifyMirror(stand.ground, folder, assets, FOREVER);
  return found.map(([{ name }, verdict]) => `${name} ${verdict}`);
}

describe('a folder that is filled', () => {
  test('has each under its digest, and the lock beside them', async () => {
    expect(await fill()).toEqual(assets.map(({ name }) => `${name} fetched`).toSorted());
    expect(await namesIn(folder)).toEqual([...assets.map(({ sha256 }) => sha256), LOCK_FILE].toSorted());
    expect(await readAssetLock(stand.ground.files, join(folder, LOCK_FILE))).toEqual(assets);
    expect(await verdicts()).toEqual(assets.map(({ name }) => `${name} whole`));
  });

  test('is not filled again with what is there and whole, but with what is damaged or gone', async () => {
    await fill();
    const [first, second] = assets;
    await writeFile(join(folder, first?.sha256 ?? ''), 'something else');
    await rm(join(folder, second?.sha256 ?? ''));
    expect((await verdicts()).slice(0, 3)).toEqual(['etcd damaged', 'runc-x missing', 'plugins whole']);
    stand.server.requests.splice(0);
    expect(await fill()).toEqual([
      'containerd there',
      'etcd fetched',
      'kubelet-of-it there',
      'plugins there',
      'runc-x fetched',
    ]);
    // Both are in the cache of the workstation.
    expect(stand.server.requests).toEqual([]);
    expect(await verdicts()).toEqual(assets.map(({ name }) => `${name} whole`));
  });

  test('after one of several could not be had is gone on with', async () => {
    const [{ url = '' } = {}] = assets;
    stand.server.files.delete(new URL(url).pathname);
    await expect(fill()).rejects.toMatchObject({ code: 'assets.unavailable' });
    stand.publish('etcd');
    expect((await fill()).filter((line) => line === 'etcd fetched')).toHaveLength(1);
    expect(await verdicts()).toEqual(assets.map(({ name }) => `${name} whole`));
  });

  test('is a source itself, as a folder and behind a web server, where nothing else is reached', async () => {
    await fill();
    const original = folder;
    for (const { sha256 } of assets)
      stand.server.files.set(`/mirror/${sha256}`, { bytes: await readFile(join(original, sha256)) });
    for (const source of [original, stand.server.urlOf('/mirror').href]) {
      stand.server.requests.splice(0);
      await rm(stand.directory, { recursive: true });
      folder = join(stand.root, sha256Hex(source));
      await fill(source);
      expect(await verdicts()).toEqual(assets.map(({ name }) => `${name} whole`));
      expect(stand.server.requests.every(({ path }) => path.startsWith('/mirror/'))).toBe(true);
    }
  });

  test('from a source that was changed has nothing of what was changed', async () => {
    await fill();
    const source = folder;
    const sha256 = assets[0]?.sha256 ?? '';
    await writeFile(join(source, sha256), 'a program of somebody else');
    await rm(stand.directory, { recursive: true });
    folder = join(stand.root, 'second');
    await expect(fill(source)).rejects.toMatchObject({ code: 'assets.digest' });
    expect(await namesIn(folder)).not.toContain(sha256);
    expect(await namesIn(folder)).not.toContain(LOCK_FILE);
  });
});

describe('a file of one’s own', () => {
  const own = { name: 'etcd', version: '3.5.16', architecture: 'amd64' } as const;

  test('is put into a folder that is a source then, and into its lock', async () => {
    const file = await stand.write('etcd.tar.gz', bytesOf('own'));
    const asset = await addAsset(stand.ground, { ...own, file, to: folder });
    expect(asset).toEqual({ ...own, form: 'tar.gz', sha256: sha256Hex(bytesOf('own')) });
    assets = await readAssetLock(stand.ground.files, join(folder, LOCK_FILE));
    expect(assets).toEqual([asset]);
    const source = folder;
    folder = join(stand.root, 'second');
    expect(await fill(source)).toEqual(['etcd fetched']);
    expect(await digestAt(join(folder, asset.sha256))).toBe(asset.sha256);
  });

  test('is an image of a container when it is a plain archive', async () => {
    const file = await stand.write('pause.tar', bytesOf('image'));
    const asset = await addAsset(stand.ground, { ...own, name: 'pause', file, to: folder });
    expect(asset).toMatchObject({ name: 'pause', form: 'image', sha256: sha256Hex(bytesOf('image')) });
    expect(await readAssetLock(stand.ground.files, join(folder, LOCK_FILE))).toEqual([asset]);
  });

  test('takes the place of what had its name, for its kind of processor alone', async () => {
    const file = await stand.write('etcd', bytesOf('own'));
    const newer = await stand.write('newer', bytesOf('newer'));
    const other = await stand.write('other', bytesOf('others'));
    await addAsset(stand.ground, { ...own, file, to: folder });
    await addAsset(stand.ground, { ...own, file: other, architecture: 'arm64', to: folder });
    await addAsset(stand.ground, { ...own, file: newer, version: '3.5.17', to: folder });
    const locked = await readAssetLock(stand.ground.files, join(folder, LOCK_FILE));
    expect(locked.map(({ version, architecture, form }) => [version, architecture, form])).toEqual([
      ['3.5.16', 'arm64', 'program'],
      ['3.5.17', 'amd64', 'program'],
    ]);
  });

  test.each([
    [{ name: '../etcd' }, 'the name has characters that it cannot have; it is like etcd.'],
    [{ version: '1 2' }, 'the version has characters that it cannot have; it is like 3.5.16.'],
    [{ file: '/no/such/file' }, 'There is no such file.'],
  ])('with %j is refused', async (wrong, why) => {
    const file = await stand.write('etcd', bytesOf('own'));
    const added = { ...own, file, to: folder, ...wrong };
    await expect(addAsset(stand.ground, added)).rejects.toMatchObject({
      code: 'assets.add-invalid',
      detail: `${added.file}: ${why}`,
    });
    expect(await namesIn(folder)).toEqual([]);
  });

  test('is not put into a folder whose lock cannot be read', async () => {
    const file = await stand.write('etcd', bytesOf('own'));
    await addAsset(stand.ground, { ...own, file, to: folder });
    await writeFile(join(folder, LOCK_FILE), 'format: 7\n');
    await expect(addAsset(stand.ground, { ...own, file, to: folder })).rejects.toMatchObject({
      code: 'assets.lock-invalid',
    });
    expect(await readFile(join(folder, LOCK_FILE), 'utf8')).toBe('format: 7\n');
  });
});
