import { expect, test } from 'vitest';
import type { LockedAsset } from '#assets/asset-lock.ts';
import { placeIn, wantedFrom } from '#assets/asset-source.ts';

const SHA256 = 'ab12'.repeat(16);
const ETCD: LockedAsset = {
  name: 'etcd',
  version: '3.6.14',
  architecture: 'amd64',
  form: 'tar.gz',
  sha256: SHA256,
  url: 'https://example.com/etcd.tar.gz',
};

test.each([
  ['upstream', 'https://example.com/etcd.tar.gz'],
  ['/srv/assets', `/srv/assets/${SHA256}`],
  ['/srv/assets/', `/srv/assets/${SHA256}`],
  ['https://mirror.example.com/assets', `https://mirror.example.com/assets/${SHA256}`],
  ['https://mirror.example.com/assets/', `https://mirror.example.com/assets/${SHA256}`],
  ['http://10.0.0.7:8080', `http://10.0.0.7:8080/${SHA256}`],
])('of %s an asset is had at %s', (source, from) => {
  expect(wantedFrom(source, ETCD)).toEqual({ name: 'etcd', sha256: SHA256, from });
});

test('what no maker publishes only a folder or a mirror has', () => {
  const { url: _url, ...own } = ETCD;
  expect(placeIn('upstream', own)).toBeUndefined();
  expect(() => wantedFrom('upstream', own)).toThrow('the lock names no address of it');
  expect(wantedFrom('/srv', own).from).toBe(`/srv/${SHA256}`);
});
