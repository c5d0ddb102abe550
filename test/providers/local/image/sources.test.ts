import { afterEach, beforeEach, expect, test } from 'vitest';
import { newestEdition, SYSTEMS } from '#providers/local/image/sources.ts';
import { namedImage } from '#providers/local/image/sources-named.ts';
import { digestOf, FOREVER, ImageStand } from './support/image-stand.ts';

const DEBIAN = '/cloud.debian.org/images/cloud/trixie/';
const UBUNTU = '/cloud-images.ubuntu.com/releases/noble/';

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

function serve(path: string, text: string): void {
  stand.server.files.set(path, { bytes: Buffer.from(text) });
}

/** As Apache and nginx show a directory. */
function listing(...names: readonly string[]): string {
  const rows = names.map((name) => `<tr><td><a href="${name}">${name}</a></td><td>2026-10-01 10:00</td></tr>`);
  return `<html><body><table><tr><th><a href="?C=N;O=D">Name</a></th></tr><tr><td><a href="/images/cloud/">Parent</a></td></tr>${rows.join('\n')}</table></body></html>`;
}

function newest(system: string, architecture: 'amd64' | 'arm64' = 'amd64') {
  return newestEdition(stand.ground, { system, architecture }, FOREVER);
}

test('the newest Debian is the one of the latest date and build, by its own directory and digest', async () => {
  serve(DEBIAN, listing('20260712-2537/', '20261001-2618/', '20261001-999/', '20250806-2196/', 'daily/', 'latest/'));
  for (const edition of ['20260712-2537', '20261001-2618', '20261001-999', '20250806-2196']) {
    const sums = ['amd64', 'arm64'].map((each) => {
      const name = `debian-13-genericcloud-${each}-${edition}.qcow2`;
      return `${digestOf(name, 'sha512')}  ${name}\n${digestOf('raw', 'sha512')}  ${name.replace('qcow2', 'raw')}\n`;
    });
    serve(`${DEBIAN}${edition}/SHA512SUMS`, sums.join(''));
  }
  for (const architecture of ['amd64', 'arm64'] as const) {
    const name = `debian-13-genericcloud-${architecture}-20261001-2618.qcow2`;
    expect(await newest('debian-13', architecture)).toEqual({
      url: new URL(`https://cloud.debian.org/images/cloud/trixie/20261001-2618/${name}`),
      digest: { algorithm: 'sha512', value: digestOf(name, 'sha512') },
      release: '20261001-2618',
    });
  }
});

test('the newest Ubuntu is told from older ones of the same day', async () => {
  serve(UBUNTU, listing('release-20260826/', 'release-20260826.1/', 'release-20240423/', 'release/'));
  const name = 'ubuntu-24.04-server-cloudimg-arm64.img';
  serve(
    `${UBUNTU}release-20260826.1/SHA256SUMS`,
    `${digestOf('other')} *${name}.manifest\n${digestOf(name)} *${name}\n`,
  );
  expect(await newest('ubuntu-24.04', 'arm64')).toEqual({
    url: new URL(`https://cloud-images.ubuntu.com/releases/noble/release-20260826.1/${name}`),
    digest: { algorithm: 'sha256', value: digestOf(name) },
    release: '20260826.1',
  });
});

test('a directory that is just being filled is passed over for the one before', async () => {
  serve(DEBIAN, listing('20261001-2618/', '20260901-2590/', '20260801-2500/'));
  const name = 'debian-13-genericcloud-amd64-20260801-2500.qcow2';
  serve(`${DEBIAN}20260901-2590/SHA512SUMS`, `${digestOf('x', 'sha512')}  something-else.qcow2\n`);
  serve(`${DEBIAN}20260801-2500/SHA512SUMS`, `${digestOf(name, 'sha512')}  ${name}\n`);
  expect(await newest('debian-13')).toMatchObject({ release: '20260801-2500' });
});

test.each([
  ['nothing', undefined],
  ['a page without any', listing('daily/', 'latest/')],
  ['digests that are none', listing('20261001-2618/')],
])('a maker who shows %s is said to show no image, with the address', async (_what, page) => {
  if (page !== undefined) serve(DEBIAN, page);
  serve(`${DEBIAN}20261001-2618/SHA512SUMS`, 'abc  debian-13-genericcloud-amd64-20261001-2618.qcow2\n');
  await expect(newest('debian-13')).rejects.toMatchObject({
    code: 'local.image-unavailable',
    detail: 'https://cloud.debian.org/images/cloud/trixie/: It shows no image of debian-13 for amd64.',
  });
});

test('a list is asked for again after a while, and never taken from where nothing protects it', async () => {
  stand.server.troubles.push('refused', { status: 502 });
  serve(UBUNTU, listing('release-20260826/'));
  const name = 'ubuntu-24.04-server-cloudimg-amd64.img';
  stand.server.redirects.set(`${UBUNTU}release-20260826/SHA256SUMS`, 'http://127.0.0.1/SHA256SUMS');
  await expect(newest('ubuntu-24.04')).rejects.toMatchObject({
    code: 'local.image-unavailable',
    detail:
      'https://cloud-images.ubuntu.com/releases/noble/release-20260826/SHA256SUMS: It sends us on to http://127.0.0.1/SHA256SUMS, which nothing protects on its way.',
  });
  expect(stand.clock.pauses).toHaveLength(2);
  stand.server.redirects.set(`${UBUNTU}release-20260826/SHA256SUMS`, 'https://mirror.example/sums');
  serve('/mirror.example/sums', `${digestOf(name)} *${name}\n`);
  expect(await newest('ubuntu-24.04')).toMatchObject({ release: '20260826' });
});

test('who makes a system that is not known is not guessed', async () => {
  expect(SYSTEMS).toEqual(['debian-12', 'debian-13', 'ubuntu-22.04', 'ubuntu-24.04']);
  expect(await newest('plan-9')).toBeUndefined();
  expect(stand.server.requests).toEqual([]);
});

const SHA256 = digestOf('a');
const SHA512 = digestOf('a', 'sha512');

test('an image is named by its id, its path, or its address with its digest', () => {
  expect(namedImage(SHA256)).toEqual({ by: 'id', id: SHA256 });
  expect(namedImage('/disks/my disk.qcow2')).toEqual({ by: 'path', path: '/disks/my disk.qcow2', digest: undefined });
  expect(namedImage(`file:///disks/my%20disk.raw#sha256:${SHA256}`)).toEqual({
    by: 'path',
    path: '/disks/my disk.raw',
    digest: { algorithm: 'sha256', value: SHA256 },
  });
  for (const scheme of ['http', 'https']) {
    expect(namedImage(`${scheme}://mirror.example/a.qcow2#sha512=${SHA512}`)).toEqual({
      by: 'url',
      wanted: { url: new URL(`${scheme}://mirror.example/a.qcow2`), digest: { algorithm: 'sha512', value: SHA512 } },
    });
  }
});

test.each([
  [
    'https://mirror.example/a',
    'Write the digest that it is to have behind its address: https://mirror.example/a#sha256:…',
  ],
  [
    'http://mirror.example/a#sha256:abc',
    '"sha256:abc" is no digest: write sha256: and 64, or sha512: and 128 hexadecimal digits.',
  ],
  [`ftp://mirror.example/a#sha256:${SHA256}`, 'Nothing is fetched by ftp:'],
  ['disk.qcow2', 'It is no SHA-256, no absolute path and no URL.'],
])('%s names no image, and why is said', (text, why) => {
  expect(() => namedImage(text)).toThrow(`Machines cannot start from this image: ${text}: ${why}`);
});
