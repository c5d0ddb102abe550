import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ListedAsset } from '#app/assets.ts';
import { perform } from './support/stage.ts';

const variables = { NO_COLOR: '1' };
const ETCD: ListedAsset = {
  name: 'etcd',
  version: '3.6.14',
  architecture: 'amd64',
  form: 'tar.gz',
  sha256: 'ab12'.repeat(16),
  url: 'https://example.com/etcd.tar.gz',
  from: 'https://example.com/etcd.tar.gz',
  sizeBytes: 23_000_000,
};
const OWN: ListedAsset = { ...ETCD, name: 'own', from: undefined, sizeBytes: undefined };

describe('assets', () => {
  test('list says what there is, where it comes from, and whether it is here', async () => {
    const { output, asked } = await perform('assets list', { app: { assets: [ETCD, OWN] }, variables });
    expect(asked).toEqual([{ method: 'assets list', given: undefined }]);
    expect(output).toBe(
      'etcd  3.6.14  amd64  ab12ab12ab12  22 MiB here  https://example.com/etcd.tar.gz\n' +
        'own   3.6.14  amd64  ab12ab12ab12  not here     of no address\n',
    );
  });

  test.each([
    ['assets list dev', { name: 'dev' }],
    ['assets list ./dev.yaml', { file: './dev.yaml' }],
    ['assets list -f dev.yaml', { file: 'dev.yaml' }],
  ])('"%s" is about that cluster', async (line, given) => {
    expect((await perform(line)).asked).toEqual([{ method: 'assets list', given }]);
  });

  test('are JSON when that is asked for', async () => {
    const { output } = await perform('assets list --json', { app: { assets: [ETCD] } });
    expect(JSON.parse(output)).toEqual([ETCD]);
  });

  test('of a cluster by its name and a file beside it is not understood', async () => {
    const { errors, exit } = await perform('assets list dev -f dev.yaml');
    expect([errors, exit]).toEqual(['Both a name (dev) and a file (dev.yaml) are given; one is enough.\n', 'input']);
  });

  test('sync tells its steps, and what the cluster file says then', async () => {
    const line = 'assets sync --to /srv/assets --architecture amd64';
    const { output, asked } = await perform(line, { app: { assets: [ETCD] }, variables });
    const order = { target: undefined, to: '/srv/assets', architecture: 'amd64' };
    expect(asked).toEqual([{ method: 'assets sync', given: order }]);
    expect(output).toBe(
      'etcd 3.6.14 amd64: fetched\n' +
        '1 in /srv/assets; the cluster file that uses them says:\n' +
        '  assets: { lock: /srv/assets/assets.lock.yaml, source: /srv/assets }\n',
    );
  });

  test('sync into a folder beside gives its whole path, in quotes where YAML needs them', async () => {
    const folder = resolve('a:b');
    const { output, asked } = await perform('assets sync --to a:b', { app: { assets: [ETCD] }, variables });
    expect(asked).toMatchObject([{ given: { to: folder } }]);
    expect(output).toContain(`lock: "${folder}/assets.lock.yaml", source: "${folder}" }`);
  });

  test('sync to nowhere is not understood', async () => {
    expect((await perform('assets sync')).exit).toBe('input');
  });

  test('verify says of each whether it is what was locked, and fails when one is not', async () => {
    const { sha256 } = ETCD;
    const checkedAssets = [
      { sha256, asset: ETCD, verdict: 'whole' },
      { sha256, asset: { ...ETCD, architecture: 'arm64' }, verdict: 'missing' },
      { sha256, asset: undefined, verdict: 'damaged' },
    ] as const;
    const { output, code, asked } = await perform('assets verify /srv/assets', { app: { checkedAssets }, variables });
    expect(asked).toEqual([{ method: 'assets verify', given: '/srv/assets' }]);
    expect(output.split('\n').map((line) => line.split(/ {2,}/).at(-1))).toEqual(['whole', 'missing', 'damaged', '']);
    expect(code).toBe(1);
    expect((await perform('assets verify', { app: { checkedAssets: checkedAssets.slice(0, 1) } })).code).toBe(0);
    expect((await perform('assets verify')).output).toBe('There is no asset here; create fetches what it needs.\n');
  });

  test('add takes a file of one’s own', async () => {
    const line = 'assets add /srv/etcd.tar.gz etcd 3.6.14 --to /srv/assets';
    const { output, asked } = await perform(line, { app: { assets: [ETCD] } });
    const given = { file: '/srv/etcd.tar.gz', to: '/srv/assets', name: 'etcd', version: '3.6.14' };
    expect(asked).toEqual([{ method: 'assets add', given }]);
    expect(output).toBe(`etcd 3.6.14 amd64: ${ETCD.sha256}\n`);
    expect((await perform('assets add /srv/etcd.tar.gz etcd 3.6.14')).exit).toBe('input');
  });
});
