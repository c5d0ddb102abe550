import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { titleOf, withSecrets } from '#kubernetes/manifest.ts';
import { readManifestFolder } from '#kubernetes/manifest-folder.ts';
import { SystemFiles } from '#std/system-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootstrap-manifests-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function read(given: Parameters<typeof readManifestFolder>[2] = []) {
  return readManifestFolder(new SystemFiles(), folder, given);
}

async function titles(): Promise<readonly string[]> {
  return (await read()).map(({ file, manifest }) => `${file}: ${titleOf(manifest)}`);
}

/** Without the folder, which is another each time. */
async function faults(given?: Parameters<typeof read>[0]): Promise<string> {
  const trouble: unknown = await read(given).catch((error: unknown) => error);
  return isProblem(trouble) ? `${trouble.code}\n${trouble.detail.replaceAll(`${folder}/`, '')}` : 'no problem';
}

function configMap(name: string, more = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${more} }\n`;
}

async function only(text: string) {
  await put({ 'one.yaml': text });
  const [object] = await read();
  if (object === undefined) throw new TypeError('There is none.');
  return object;
}

describe('a folder of manifests', () => {
  test('is read in the order of names, with all folders in it, and other files are left alone', async () => {
    await put({
      'b.yml': configMap('b'),
      'a.json': '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap", "metadata": { "name": "a" } }',
      'shop/web.yaml': configMap('web', ', namespace: shop'),
      'shop/deeper/first.yaml': configMap('first'),
      'README.md': 'no: manifest',
      'values.yaml.swp': 'no: manifest',
      '.hidden.yaml': 'no: manifest',
      '.git/config.yaml': 'no: manifest',
    });
    expect(await titles()).toEqual([
      'a.json: ConfigMap a',
      'b.yml: ConfigMap b',
      'shop/deeper/first.yaml: ConfigMap first',
      'shop/web.yaml: ConfigMap shop/web',
    ]);
  });

  test('with nothing in it asks for nothing', async () => {
    expect(await read()).toEqual([]);
    await put({ 'empty.yaml': '', 'comment.yaml': '# nothing yet\n', 'marks.yaml': '---\n---\n' });
    expect(await read()).toEqual([]);
  });

  test('that is not there, or is a file, is not taken for an empty one', async () => {
    await put({ 'file.yaml': configMap('a') });
    for (const [path, why] of [
      ['absent', 'no such file or directory'],
      ['file.yaml', 'not a directory'],
    ] as const) {
      const place = join(folder, path);
      await expect(readManifestFolder(new SystemFiles(), place, [])).rejects.toMatchObject({
        code: 'manifests.unreadable',
        detail: `${place}: ${why}.`,
      });
    }
  });

  test('that nobody can have meant is refused', async () => {
    await put({ 'many.yaml': Array.from({ length: 1_001 }, (_, index) => configMap(`c${index}`)).join('---\n') });
    expect(await faults()).toBe(`manifests.invalid\n${folder} has 1001 objects, of which 1000 are read at most.`);
    await put({ 'many.yaml': `# ${'x'.repeat(8 * 2 ** 20)}` });
    expect(await faults()).toContain('has more than the 8 MiB of manifests that are read at most.');
  });
});

describe('a file of manifests', () => {
  test('may have several, some of them empty, and lists, which are taken apart', async () => {
    await put({
      'all.yaml': [
        configMap('first'),
        '# nothing\n',
        `apiVersion: v1\nkind: List\nitems:\n- ${configMap('second').replaceAll('\n', '\n  ')}\n`,
        'apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: { name: third }\n',
        'apiVersion: v1\nkind: List\nitems: []\n',
      ].join('---\n'),
    });
    expect(await titles()).toEqual([
      'all.yaml: ConfigMap first',
      'all.yaml: ConfigMap second',
      'all.yaml: ConfigMap third',
    ]);
    expect((await read())[2]?.manifest).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'third' } });
  });

  test('is understood as kubectl does', async () => {
    const { manifest } = await only(
      `${configMap('a')}spec: { octal: 0644, newer: 0o17, truth: yes, day: 2020-01-01, hour: 12:30:45, large: 1_000 }\nlike: &like { a: 1 }\nmerged: { <<: *like, b: 2 }\n`,
    );
    expect(manifest['spec']).toEqual({
      octal: 420,
      newer: 15,
      truth: true,
      day: '2020-01-01',
      hour: '12:30:45',
      large: 1000,
    });
    expect(manifest['merged']).toEqual({ a: 1, b: 2 });
  });

  test('may say of what is in the default namespace where it is, or not', async () => {
    expect((await only(configMap('a', ', namespace: default'))).manifest.metadata).toEqual({ name: 'a' });
  });

  test.each([
    ['{ a: 1', '1:7: A bracket, quote, comma or colon is missing.'],
    ['- a\n', '1:1: Expected is an object of Kubernetes, which has an apiVersion and a kind.'],
    ['just words', '1:1: Expected is an object of Kubernetes, which has an apiVersion and a kind.'],
    ['kind: ConfigMap\nmetadata: { name: a }\n', '1:1: apiVersion is missing.'],
    ['apiVersion: v1\nmetadata: { name: a }\n', '1:1: kind is missing.'],
    ['apiVersion: v1\nkind: ConfigMap\n', '1:1: metadata.name is missing.'],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n', '4:3: metadata.name is missing.'],
    ['apiVersion: 1\nkind: ConfigMap\nmetadata: { name: a }\n', '1:13: apiVersion has to be text; put it in quotes.'],
    ['apiVersion: v1/../..\nkind: A\nmetadata: { name: a }\n', '1:13: "v1/../.." cannot be the apiVersion.'],
    [configMap('12'), '3:19: metadata.name has to be text; put it in quotes.'],
    [configMap('..'), '3:19: ".." cannot be the metadata.name.'],
    [configMap('a', ', namespace: Shop'), '3:33: "Shop" cannot be the metadata.namespace.'],
    [configMap('a', ', labels: { tier: 1 }'), '3:38: metadata.labels.tier has to be text; put it in quotes.'],
    [configMap('a', ', labels: [1]'), '3:30: metadata.labels has to be names with texts.'],
    [
      'apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: web-\n',
      '4:17: With metadata.generateName every apply would make one more; write metadata.name.',
    ],
    [
      `${configMap('a')}data: { n: 12345678901234567890 }\n`,
      '4:12: This number cannot be kept as it is written; put it in quotes if it is text.',
    ],
    [`${configMap('a')}data: {}\ndata: {}\n`, '5:1: Map keys must be unique.'],
    [`${configMap('a')}data: !Mine {}\n`, '4:7: Unresolved tag: !Mine.'],
    [`${configMap('a')}data: *nowhere\n`, '1:1: An alias here stands for nothing, or for far too much.'],
    [`${configMap('a')}data: { a: \uFFFD }\n`, '4:12: The file is not UTF-8 here.'],
    [
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n',
      '2:7: This is for kustomize, not for the API; put what kustomize makes of it into the folder.',
    ],
    ['apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n', '4:3: apiVersion is missing.'],
  ])('is refused with its place: %j', async (text, words) => {
    await put({ 'shop/bad.yaml': text });
    expect(await faults()).toBe(`manifests.invalid\nshop/bad.yaml:${words}`);
  });

  test('is refused with all that is wrong in all files', async () => {
    await put({ 'a.yaml': 'a: 1\n---\nb: 1\n', 'b.yaml': configMap('good'), 'c.yaml': '{ c: 1' });
    expect(await faults()).toBe(
      [
        'manifests.invalid',
        'a.yaml:1:1: apiVersion is missing.',
        'a.yaml:3:1: apiVersion is missing.',
        'c.yaml:1:7: A bracket, quote, comma or colon is missing.',
      ].join('\n'),
    );
  });
});

describe('an object', () => {
  test('that is asked for twice is refused, also by another version or the name of its namespace', async () => {
    await put({
      'a.yaml': configMap('a'),
      'b.yaml': configMap('a', ', namespace: default'),
      'c.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n',
      'd.yaml': 'apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: { name: web }\n',
      'e.yaml': 'apiVersion: example.test/v1\nkind: Deployment\nmetadata: { name: web }\n',
    });
    expect(await faults()).toBe(
      [
        'manifests.invalid',
        'b.yaml:1:1: ConfigMap a stands at a.yaml:1:1 already.',
        'd.yaml:1:1: Deployment web stands at c.yaml:1:1 already.',
      ].join('\n'),
    );
  });

  test('that the cluster has from elsewhere is refused', async () => {
    await put({
      'dns.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: coredns, namespace: kube-system }\n',
      'system.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system }\n',
    });
    const given = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace: 'kube-system' } };
    expect(await faults([given])).toBe(
      [
        'manifests.invalid',
        "dns.yaml:1:1: ConfigMap kube-system/coredns is the cluster's own.",
        "system.yaml:1:1: Namespace kube-system is the cluster's own.",
      ].join('\n'),
    );
  });
});

describe('a Secret', () => {
  const head = 'apiVersion: v1\nkind: Secret\nmetadata: { name: door }\n';

  test('is not shown with what it holds, and is given all of it', async () => {
    const bytes = Buffer.from([0, 255, 254, 10]).toString('base64');
    const object = await only(
      `${head}type: Opaque\ndata:\n  key: ${bytes}\n  both: ${bytes}\nstringData: { word: sesame, both: text }\n`,
    );
    expect(JSON.stringify(object)).not.toMatch(
      new RegExp(`sesame|${bytes}|${Buffer.from('sesame').toString('base64')}`),
    );
    expect(object.manifest).toEqual({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'door' }, type: 'Opaque' });
    expect(withSecrets(object)).toMatchObject({
      type: 'Opaque',
      data: {
        key: bytes,
        word: Buffer.from('sesame').toString('base64'),
        both: Buffer.from('text').toString('base64'),
      },
    });
  });

  test('may have its base64 broken into lines', async () => {
    const object = await only(`${head}data:\n  key: |\n    AAEC\n    AwQF\n`);
    expect(withSecrets(object)['data']).toEqual({ key: 'AAECAwQF' });
  });

  test.each([
    ['data: { word: sesame! }', '4:15: data.word is not in base64; what is plain text belongs into stringData.'],
    ['stringData: { pin: 1234 }', '4:20: stringData.pin has to be text; put it in quotes.'],
    ['data: [c2VzYW1l]', '4:7: data has to be names with texts.'],
  ])('that holds what it cannot is refused without telling it: %s', async (held, words) => {
    await put({ 'door.yaml': `${head}${held}\n` });
    expect(await faults()).toBe(`manifests.invalid\ndoor.yaml:${words}`);
  });

  test('with a copy of itself in an annotation is refused', async () => {
    const copy = `annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"data":{"word":"c2VzYW1l"}}' }`;
    await put({ 'door.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: door, ${copy} }\n` });
    const found = await faults();
    expect(found).toContain(
      'door.yaml:3:90: The annotation kubectl.kubernetes.io/last-applied-configuration has a copy',
    );
    expect(found).not.toContain('c2VzYW1l');
  });
});
