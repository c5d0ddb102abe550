import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asset, type AssetSession } from '#assets/asset-kind.ts';
import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import type { CreateContext } from '#engine/resource.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { DirectoryShelf } from '#providers/local/shelf/directory-shelf.ts';
import { sha256Hex } from '#std/hash.ts';
import { AssetStand, bytesOf } from './support/asset-stand.ts';

const CLUSTER = parseClusterUid('clusterclustercluster');
const ADDRESS = parseAddress('asset.etcd');

let stand: AssetStand;
let session: AssetSession;
beforeEach(async () => {
  stand = await AssetStand.open();
  const { root, ground } = stand;
  const places = localPlaces({ data: join(root, 'data'), cache: join(root, 'caches'), runtime: join(root, 'run') });
  const cache = stand.cache();
  session = {
    assets: new DirectoryShelf({ world: ground, places }),
    fetchAsset: (wanted, signal) => cache.obtain(wanted, signal),
  };
});
afterEach(() => stand[Symbol.asyncDispose]());

function contextOf(incarnation = 1): CreateContext {
  const instanceId = deriveInstanceId(CLUSTER, ADDRESS, incarnation);
  const { signal } = new AbortController();
  return {
    cluster: CLUSTER,
    address: ADDRESS,
    instanceId,
    signal,
    read: (_call, request) => request(signal),
    mutate: (_call, request) => request(signal),
    token: 'token',
    variant: '',
    lot: [instanceId],
  };
}

function inputsFor(name: string) {
  const { sha256, form, from } = stand.publish(name);
  return { name: 'etcd', sha256, form, from };
}

async function shelved(): Promise<readonly string[]> {
  const { files } = stand.ground;
  const places = localPlaces({ data: join(stand.root, 'data'), cache: '', runtime: '' });
  return (await files.list(places.of(CLUSTER).assets)).map(({ name }) => name).toSorted();
}

test('an asset is absent, then where machines find it, then gone', async () => {
  const inputs = inputsFor('etcd');
  const context = contextOf();
  const look = () => asset.observe(session, context, { inputs, last: undefined });
  expect(await look()).toEqual({ state: 'absent' });
  const outputs = await asset.create(session, context, inputs);
  expect(outputs).toEqual({ sha256: inputs.sha256 });
  expect(await look()).toEqual({
    state: 'present',
    outputs,
    owner: { cluster: CLUSTER, instanceId: context.instanceId },
    condition: { is: 'ready' },
  });
  expect(await shelved()).toEqual([inputs.sha256]);
  const places = localPlaces({ data: join(stand.root, 'data'), cache: '', runtime: '' });
  const bytes = await readFile(join(places.of(CLUSTER).assets, inputs.sha256));
  expect(sha256Hex(bytes)).toBe(sha256Hex(bytesOf('etcd')));
  await asset.destroy(session, context, outputs);
  expect(await look()).toEqual({ state: 'absent' });
});

test('what is not what was locked never reaches the shelf', async () => {
  const inputs = { ...inputsFor('etcd'), sha256: sha256Hex('another') };
  await expect(asset.create(session, contextOf(), inputs)).rejects.toMatchObject({ code: 'assets.digest' });
  expect(await session.assets.has(contextOf(), inputs.sha256)).toBe(false);
});

test('a create whose answer was lost is done again without harm', async () => {
  const inputs = inputsFor('etcd');
  await asset.create(session, contextOf(), inputs);
  expect(await asset.create(session, contextOf(), inputs)).toEqual({ sha256: inputs.sha256 });
  expect(stand.server.requests).toHaveLength(1);
});

test('of another version there are both, until the earlier one goes', async () => {
  const [before, after] = [inputsFor('etcd'), inputsFor('newer')];
  const earlier = await asset.create(session, contextOf(1), before);
  await asset.create(session, contextOf(2), after);
  expect(await shelved()).toEqual([before.sha256, after.sha256].toSorted());
  const seen = await asset.observe(session, contextOf(1), { inputs: after, last: earlier });
  expect(seen).toMatchObject({ outputs: earlier });
  await asset.destroy(session, contextOf(1), earlier);
  expect(await shelved()).toEqual([after.sha256]);
});

test('only another digest is another object; where it comes from may change', () => {
  expect(asset.replaceOn).toEqual(['sha256']);
});
