import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LockedAsset, renderAssetLock } from '#assets/asset-lock.ts';
import { BUILT_IN_LOCK, parseAssetLock, readAssetLock } from '#assets/read-lock.ts';
import { isProblem } from '#engine/problem.ts';
import { SystemFiles } from '#std/system-files.ts';

const DIGEST = 'ab12'.repeat(16);
const OTHER = 'cd34'.repeat(16);

const ETCD = `format: 1
assets:
  - name: etcd
    version: 3.10
    architecture: amd64
    form: tar.gz
    sha256: ${DIGEST}
    url: https://example.com/etcd.tar.gz
`;

async function flawsIn(text: string): Promise<readonly string[]> {
  const error: unknown = await parseAssetLock(text, 'my.lock.yaml').catch((caught: unknown) => caught);
  return isProblem(error, 'assets.lock-invalid') ? error.detail.split('\n') : [`no problem: ${JSON.stringify(error)}`];
}

describe('the lock that the program brings', () => {
  test('has etcd for both kinds of processor, of one version, from its makers', async () => {
    const assets = await readAssetLock(new SystemFiles(), BUILT_IN_LOCK);
    const etcd = assets.filter(({ name }) => name === 'etcd');
    expect(etcd.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    expect(new Set(etcd.map(({ version }) => version)).size).toBe(1);
    for (const { version, architecture, url } of etcd)
      expect(url).toMatch(new RegExp(`^https://.+/v${version}/etcd-v${version}-linux-${architecture}\\.tar\\.gz$`));
  });
});

describe('a lock', () => {
  test('is read without guessing types: a version stays as it was written', async () => {
    expect(await parseAssetLock(ETCD, 'my.lock.yaml')).toEqual([
      {
        name: 'etcd',
        version: '3.10',
        architecture: 'amd64',
        form: 'tar.gz',
        sha256: DIGEST,
        url: 'https://example.com/etcd.tar.gz',
      },
    ]);
  });

  test('comes back from what it is written as', async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}$/);
    const asset = fc.record(
      {
        name: word,
        version: fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,8}$/),
        architecture: fc.constantFrom('amd64' as const, 'arm64' as const),
        form: fc.constantFrom('program' as const, 'tar.gz' as const),
        sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
        url: fc.webUrl({ withQueryParameters: true }),
      },
      { requiredKeys: ['name', 'version', 'architecture', 'form', 'sha256'] },
    );
    const locks = fc.uniqueArray(asset, {
      minLength: 1,
      maxLength: 5,
      comparator: (left, right) =>
        left.sha256 === right.sha256 || (left.name === right.name && left.architecture === right.architecture),
    });
    await fc.assert(
      fc.asyncProperty(locks, async (assets: readonly LockedAsset[]) => {
        expect(await parseAssetLock(renderAssetLock(assets), 'lock')).toEqual(assets);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['another format', ETCD.replace('format: 1', 'format: 2'), ['1:9: format: Expected is the number 1.']],
    ['nothing', '', ['1:1: Expected is a section with the keys of an asset.']],
    ['no list', 'format: 1\nassets: etcd\n', ['2:9: assets: Expected is a list of assets.']],
    ['an empty list', 'format: 1\nassets: []\n', ['2:9: assets: Expected is a list of assets.']],
    [
      'a digest in capitals',
      ETCD.replace(DIGEST, DIGEST.toUpperCase()),
      ['7:13: assets[0].sha256: Expected is 64 hexadecimal digits in small letters.'],
    ],
    [
      'a digest that is cut off',
      ETCD.replace(DIGEST, DIGEST.slice(1)),
      ['7:13: assets[0].sha256: Expected is 64 hexadecimal digits in small letters.'],
    ],
    [
      'a key that is missing',
      ETCD.replace('    form: tar.gz\n', ''),
      ['3:5: assets[0].form: Expected is program, tar.gz or image.'],
    ],
    ['a key too many', `${ETCD}    mirror: here\n`, ['9:13: assets[0].mirror: There is no key "mirror" here.']],
    [
      'another kind of processor',
      ETCD.replace('amd64', 'riscv64'),
      ['5:19: assets[0].architecture: Expected is amd64 or arm64.'],
    ],
    [
      'a name that is a path',
      ETCD.replace('name: etcd', 'name: ../etcd'),
      ['3:11: assets[0].name: Expected is a name of small letters, digits, dots and hyphens.'],
    ],
    [
      'an address of the disk',
      ETCD.replace('https://example.com/etcd.tar.gz', 'file:///etc/passwd'),
      ['8:10: assets[0].url: Expected is an address that begins with https:// or http://, without a login.'],
    ],
    [
      'an address with a password',
      ETCD.replace('https://', 'https://me:hunter2@'),
      ['8:10: assets[0].url: Expected is an address that begins with https:// or http://, without a login.'],
    ],
    [
      'two flaws at once',
      ETCD.replace('amd64', 'x').replace('form: tar.gz', 'form: zip'),
      [
        '5:19: assets[0].architecture: Expected is amd64 or arm64.',
        '6:11: assets[0].form: Expected is program, tar.gz or image.',
      ],
    ],
    [
      'one thing twice',
      ETCD + ETCD.slice(ETCD.indexOf('  - ')).replace(DIGEST, OTHER),
      ['9:11: assets[1].name: etcd for amd64 stands here twice.'],
    ],
    [
      'one file under two names',
      ETCD + ETCD.slice(ETCD.indexOf('  - ')).replace('name: etcd', 'name: other'),
      ['13:13: assets[1].sha256: Another asset has the same digest.'],
    ],
  ])('with %s is refused, at its line and column', async (_what, text, flaws) => {
    expect(await flawsIn(text)).toEqual(flaws.map((flaw) => `my.lock.yaml:${flaw}`));
  });

  test('that is no YAML is refused where it stops being that', async () => {
    expect((await flawsIn('format: 1\nassets: [\n'))[0]).toMatch(/^my\.lock\.yaml:\d+:\d+: /);
  });

  test('says nothing by reference', async () => {
    const text = ETCD.replace('version: 3.10', 'version: &a 3.10').replace('form: tar.gz', 'form: *a');
    expect(await flawsIn(text)).toEqual(['my.lock.yaml: Aliases (*name) are not allowed here.']);
  });

  test('that is far too long is not even read', async () => {
    expect(await flawsIn('#'.repeat(2 ** 21))).toEqual(['my.lock.yaml: It is longer than 1048576 characters.']);
  });

  test('that is not there is named', async () => {
    await expect(readAssetLock(new SystemFiles(), '/no/such.yaml')).rejects.toMatchObject({
      code: 'assets.lock-invalid',
      detail: '/no/such.yaml cannot be read: no such file or directory.',
    });
  });
});
