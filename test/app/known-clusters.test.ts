import { expect, test } from 'vitest';
import { KnownClusters } from '#app/known-clusters.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';
import { SystemRandom } from '#std/system-random.ts';
import { Desk } from './support/desk.ts';

const random = new SystemRandom();

function newcomer(name: string) {
  const simulator = { account: name, seed: 1, speed: 1 };
  return {
    name,
    provider: 'simulator',
    region: 'eu-west-3',
    uid: newClusterUid(random),
    isAttached: false,
    simulator,
  } as const;
}

test('of many who begin a cluster of one name at once, one does, and all get that one', async () => {
  await using desk = await Desk.alone();
  const begun = await Promise.all(
    Array.from({ length: 8 }, () => new KnownClusters(desk.ports(), desk.places).begin(newcomer('blog'))),
  );
  expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(begun.map(({ cluster }) => cluster.uid)).size).toBe(1);
});

test('whether machines of a workstation are kept from the outside is known of their cluster', async () => {
  await using desk = await Desk.alone();
  const { simulator: _simulator, ...rest } = newcomer('dev');
  await new KnownClusters(desk.ports(), desk.places).begin({
    ...rest,
    provider: 'local',
    region: 'local-1',
    local: { offline: true },
  });
  const known = await new KnownClusters(desk.ports(), desk.places).get('dev');
  expect(known).toMatchObject({ provider: 'local', local: { offline: true } });
});

test('the name of a deleted cluster is free again', async () => {
  await using desk = await Desk.alone();
  const clusters = new KnownClusters(desk.ports(), desk.places);
  const first = await clusters.begin(newcomer('blog'));
  await clusters.update('blog', { isDeleted: true });
  const second = await clusters.begin(newcomer('blog'));
  expect(second.isNew).toBe(true);
  expect(second.cluster.uid).not.toBe(first.cluster.uid);
});

test('what is noted of a cluster at the same time is all kept', async () => {
  await using desk = await Desk.alone();
  const clusters = new KnownClusters(desk.ports(), desk.places);
  await clusters.begin(newcomer('blog'));
  await Promise.all([clusters.update('blog', { fileSha256: 'abc' }), clusters.update('blog', { isDeleted: true })]);
  expect(await clusters.find('blog')).toMatchObject({ fileSha256: 'abc', isDeleted: true });
});

test('the list is in the order of names, and empty where nothing was ever made', async () => {
  await using desk = await Desk.alone();
  const clusters = new KnownClusters(desk.ports(), desk.places);
  expect(await clusters.list()).toEqual([]);
  for (const name of ['shop', 'blog']) await clusters.begin(newcomer(name));
  expect((await clusters.list()).map(({ name }) => name)).toEqual(['blog', 'shop']);
});
