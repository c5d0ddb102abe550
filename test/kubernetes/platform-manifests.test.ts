import { expect, test } from 'vitest';
import { platformManifests } from '#kubernetes/platform-manifests.ts';
import { SystemFiles } from '#std/system-files.ts';

const PLACE = { clusterDomain: 'cluster.local', dnsAddress: '10.96.0.10' };
const ALL = new Map([
  ['coredns', '1.12.4'],
  ['network-policies', '1.1.1'],
  ['metrics-server', '0.8.0'],
  ['pause', '3.10'],
]);

function read(images: ReadonlyMap<string, string>) {
  return platformManifests(new SystemFiles(), { ...PLACE, images });
}

test('a cluster is given who may come in, and what its machines have the images for', async () => {
  const kindsOf = async (images: ReadonlyMap<string, string>) =>
    (await read(images))
      .filter(({ kind }) => /^(Deployment|DaemonSet)$/.test(kind))
      .map(({ metadata }) => metadata.name);
  expect(await kindsOf(new Map())).toEqual([]);
  expect((await read(new Map())).map(({ metadata }) => metadata.name)).toContain('bootstrap:admins');
  expect(await kindsOf(new Map([['coredns', '1.12.4']]))).toEqual(['coredns']);
  expect(await kindsOf(ALL)).toEqual(['coredns', 'network-policies', 'metrics-server']);
});

test('nothing in it is left to be filled, and images are named by the versions that machines are given', async () => {
  const text = JSON.stringify(await read(ALL));
  expect(text).not.toMatch(/@[A-Z_]+@/);
  const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
  expect(images.toSorted((left = '', right = '') => left.localeCompare(right))).toEqual([
    'registry.k8s.io/coredns/coredns:v1.12.4',
    'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
    'registry.k8s.io/networking/kube-network-policies:v1.1.1',
  ]);
  expect(text).toContain('"clusterIP":"10.96.0.10"');
});

test('no object is in it twice', async () => {
  const names = (await read(ALL)).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
});
