import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assetFetcher } from '#app/asset-cache.ts';
import { assetOrders } from '#app/asset-orders.ts';
import { FROM_PROGRAM } from '#assets/asset-source.ts';
import { readNodeBundle } from '#cloud-init/node-bundle.ts';
import { REAL_STAGES } from '#provider/real-stages.ts';
import { sha256Hex } from '#std/hash.ts';
import { Desk, FOREVER } from './support/desk.ts';

const IMAGE = { system: 'debian-13', architecture: 'amd64' } as const;
const REAL = { realStages: REAL_STAGES };
const KUBERNETES = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];
const BYTES = Buffer.from('programs of etcd');

let desk: Desk;
let folder = '';
let file = '';
beforeEach(async () => {
  desk = await Desk.alone();
  folder = join(desk.home, 'assets');
  file = join(desk.home, 'dev.yaml');
  await writeFile(join(desk.home, 'etcd.tar.gz'), BYTES);
  const own = { file: join(desk.home, 'etcd.tar.gz'), name: 'etcd', version: '3.5.16', to: folder };
  await desk.app().assets.add({ ...own, architecture: 'amd64' });
  const assets = `assets: { lock: ${folder}/assets.lock.yaml, source: ${folder} }`;
  await writeFile(file, `name: dev\nprovider: local\ndomain: dev.localhost\n${assets}\n`);
});
afterEach(() => desk[Symbol.asyncDispose]());

describe('what machines are given', () => {
  test('is what the program brings, where no cluster is named', async () => {
    const listed = await desk.app().assets.list(undefined);
    expect(listed.map(({ name, architecture }) => `${name} ${architecture}`)).toContain('etcd arm64');
    expect(listed.every(({ url, from, sizeBytes }) => url === from && sizeBytes === undefined)).toBe(true);
  });

  test('is what the file of a cluster says, from where it says, and is here once it was fetched', async () => {
    const sha256 = sha256Hex(BYTES);
    const { assets } = desk.app();
    const etcd = { name: 'etcd', version: '3.5.16', architecture: 'amd64', form: 'tar.gz', sha256 };
    expect(await assets.list({ file })).toEqual([{ ...etcd, from: join(folder, sha256), sizeBytes: undefined }]);
    const heard: string[] = [];
    const to = join(desk.home, 'copy');
    await assets.sync({ target: { file }, to, hear: (line) => void heard.push(line) }, FOREVER);
    expect(heard).toEqual(['etcd 3.5.16 amd64: fetched']);
    expect(await assets.list({ file })).toMatchObject([{ sizeBytes: BYTES.length }]);
    expect(await assets.verify(to, FOREVER)).toMatchObject([{ sha256, asset: etcd, verdict: 'whole' }]);
    expect(await assets.verify(undefined, FOREVER)).toEqual([{ sha256, asset: undefined, verdict: 'whole' }]);
    await writeFile(join(to, sha256), 'something else');
    expect(await assets.verify(to, FOREVER)).toMatchObject([{ verdict: 'damaged' }]);
  });

  test('of a cluster that is only named is what its file says', async () => {
    const { file: known } = desk.places.of('dev');
    await mkdir(join(known, '..'), { recursive: true });
    await writeFile(known, await readFile(file));
    expect(await desk.app().assets.list({ name: 'dev' })).toMatchObject([{ version: '3.5.16' }]);
  });

  test('for one kind of processor alone is fetched for no other', async () => {
    const to = join(desk.home, 'copy');
    const order = { target: { file }, to, architecture: 'arm64', hear: () => undefined } as const;
    expect(await desk.app().assets.sync(order, FOREVER)).toEqual([]);
  });
});

describe('a cluster', () => {
  test('whose machines are acted has nothing fetched, and its lock is not even read', async () => {
    const spec = { assets: { lock: '/no/such.yaml' }, image: IMAGE };
    expect(await assetOrders(desk.ports(), spec, {})).toBeUndefined();
  });

  test('whose machines are real wants the bundle of its program, and what its stages need', async () => {
    const { sha256 } = await readNodeBundle(desk.ports().files);
    const assets = { lock: join(folder, 'assets.lock.yaml'), source: 'https://mirror.example.com' };
    const etcd = sha256Hex(BYTES);
    expect(await assetOrders(desk.ports(), { assets, image: IMAGE }, REAL)).toEqual([
      { name: 'node-bundle', sha256, form: 'tar.gz', from: FROM_PROGRAM },
      { name: 'etcd', version: '3.5.16', sha256: etcd, form: 'tar.gz', from: `https://mirror.example.com/${etcd}` },
    ]);
    const [, builtIn] = (await assetOrders(desk.ports(), { image: IMAGE }, REAL)) ?? [];
    expect(builtIn?.from).toMatch(/^https:\/\/.+-linux-amd64\.tar\.gz$/);
  });

  test('whose lock has nothing for its processors is refused before anything is made', async () => {
    const lock = join(folder, 'assets.lock.yaml');
    const spec = { assets: { lock }, image: { ...IMAGE, architecture: 'arm64' } } as const;
    await expect(assetOrders(desk.ports(), spec, REAL)).rejects.toMatchObject({
      code: 'assets.not-locked',
      detail: `${lock} has no etcd for arm64.`,
    });
  });

  test('whose lock has Kubernetes wants all of it, and every image of a container', async () => {
    const add = adding();
    for (const name of [...KUBERNETES, 'pause.tar', 'coredns.tar', 'unasked']) await add(name);
    const orders = (await assetOrders(desk.ports(), wanted(), REAL)) ?? [];
    expect(orders.map(({ name, form }) => `${name} ${form}`).toSorted()).toEqual(
      [
        'node-bundle tar.gz',
        'etcd tar.gz',
        ...KUBERNETES.map((name) => `${name} program`),
        'pause image',
        'coredns image',
      ].toSorted(),
    );
  });

  test('whose lock has a part of Kubernetes is refused, with all that it lacks', async () => {
    const add = adding();
    for (const name of ['kubelet', 'kube-apiserver', 'pause.tar']) await add(name);
    await expect(assetOrders(desk.ports(), wanted(), REAL)).rejects.toMatchObject({
      code: 'assets.not-locked',
      detail: `${folder}/assets.lock.yaml has no kube-controller-manager, kube-scheduler, kube-proxy for amd64.`,
    });
  });

  test('gets the bundle from the program itself, and all else from its source', async () => {
    const { places } = desk;
    const fetchAsset = assetFetcher({ ports: desk.ports(), places, emit: () => undefined });
    const { sha256, bytes } = await readNodeBundle(desk.ports().files);
    const path = await fetchAsset({ name: 'node-bundle', sha256, from: FROM_PROGRAM }, FOREVER);
    expect(path).toBe(join(places.local.cache, 'assets', sha256));
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    const etcd = { name: 'etcd', sha256: sha256Hex(BYTES), from: join(folder, sha256Hex(BYTES)) };
    expect(await readFile(await fetchAsset(etcd, FOREVER))).toEqual(BYTES);
    const other = { name: 'node-bundle', sha256: sha256Hex('of another version'), from: FROM_PROGRAM };
    await expect(fetchAsset(other, FOREVER)).rejects.toMatchObject({ code: 'assets.unavailable' });
  });
});

function wanted() {
  return { assets: { lock: join(folder, 'assets.lock.yaml'), source: folder }, image: IMAGE };
}

/** Puts a file of that name into the folder, whatever it has in it. */
function adding() {
  const { assets } = desk.app();
  return async (name: string) => {
    const path = join(desk.home, name);
    await writeFile(path, name);
    const own = { file: path, name: name.replace(/\.tar$/, ''), version: '1.36.0', to: folder };
    await assets.add({ ...own, architecture: 'amd64' });
  };
}
