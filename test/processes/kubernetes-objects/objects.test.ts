import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { LiveObject } from '#kubernetes/live-object.ts';
import { kubeObject } from '#kubernetes/object.ts';
import { Secret } from '#std/secret.ts';
import type { KnownServers } from '#std/known-server.ts';
import { SystemKnownServers } from '#std/system-known-servers.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';
import { ObjectStand } from './object-stand.ts';

const FOREVER = new AbortController().signal;
const NOTHING = (): void => undefined;

interface Settings {
  readonly name?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

function settings({ name = 'settings', data = { colour: 'blue' }, namespace = 'default' }: Settings = {}) {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
  return (builder: BlueprintBuilder): unknown => builder.declare(kubeObject, `object.${name}`, { manifest });
}

describe.skipIf(KUBERNETES === undefined)('an object in a real API', () => {
  let plane: ControlPlane;
  let api: KubernetesApi;

  beforeAll(async () => {
    plane = await ControlPlane.open({ controllers: true });
    api = plane.api();
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  const pathOf = (name: string, namespace = 'default') => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  const read = async (name: string): Promise<LiveObject> => LiveObject.parse(await api.find(pathOf(name), FOREVER));
  const patch = (name: string, body: object, contentType = 'application/merge-patch+json') =>
    api.ask({ method: 'PATCH', path: `${pathOf(name)}?fieldManager=somebody`, body, contentType }, FOREVER);

  test('is made, found again, changed, cleaned of what is not said any more, and gone', async () => {
    const stand = new ObjectStand(api);
    const first = settings({ name: 'life', data: { colour: 'blue', size: 'large' } });
    expect(await stand.apply(first)).toEqual([]);
    expect(await read('life')).toMatchObject({ data: { colour: 'blue', size: 'large' } });
    expect(await stand.pending(first)).toEqual([]);
    expect(await stand.apply(settings({ name: 'life', data: { colour: 'red' } }))).toEqual([]);
    expect((await read('life'))['data']).toEqual({ colour: 'red' });
    expect(await stand.pending(settings({ name: 'life', data: { colour: 'red' } }))).toEqual([]);
    expect(await stand.apply(NOTHING)).toEqual([]);
    expect(await api.find(pathOf('life'), FOREVER)).toBeUndefined();
    expect(await stand.pending(NOTHING)).toEqual([]);
  });

  test('is looked at and applied without being touched when nothing differs', async () => {
    const stand = new ObjectStand(api);
    await stand.apply(settings({ name: 'still' }));
    const before = await read('still');
    expect(await stand.apply(settings({ name: 'still' }))).toEqual([]);
    expect((await read('still')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('leaves to others what it does not say, and takes back what it does', async () => {
    const stand = new ObjectStand(api);
    const declared = settings({ name: 'shared' });
    await stand.apply(declared);
    await patch('shared', { data: { flavour: 'theirs' } });
    expect(await stand.pending(declared)).toEqual([]);
    await patch('shared', { data: { colour: 'theirs' } });
    expect(await stand.pending(declared)).toEqual([expect.stringContaining('update object.shared')]);
    expect(await stand.apply(declared)).toEqual([]);
    expect((await read('shared'))['data']).toEqual({ colour: 'blue', flavour: 'theirs' });
    expect(await stand.pending(declared)).toEqual([]);
  });

  test('that somebody removed is made again', async () => {
    const stand = new ObjectStand(api);
    const declared = settings({ name: 'removed' });
    await stand.apply(declared);
    await api.ask({ method: 'DELETE', path: pathOf('removed') }, FOREVER);
    expect(await stand.pending(declared)).toEqual([expect.stringContaining('create object.removed')]);
    expect(await stand.apply(declared)).toEqual([]);
    expect((await read('removed'))['data']).toEqual({ colour: 'blue' });
  });

  test('of somebody else is never touched, whatever it is called', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' }, data: { colour: 'green' } };
    await api.ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body }, FOREVER);
    const before = await read('theirs');
    const stand = new ObjectStand(api);
    expect((await stand.apply(settings({ name: 'theirs' }))).map(({ code }) => code)).toEqual(['resource.name-taken']);
    expect(await read('theirs')).toEqual(before);
    const other = new ObjectStand(api, { uid: 'anotheranotheranother' });
    await other.apply(settings({ name: 'others' }));
    expect((await stand.apply(settings({ name: 'others' }))).map(({ code }) => code)).toEqual(['resource.name-taken']);
    expect(await other.pending(settings({ name: 'others' }))).toEqual([]);
  });

  test('whose maker died before it knew of it is taken, not made twice', async () => {
    const stand = new ObjectStand(api);
    const declared = settings({ name: 'orphan' });
    let isCut = true;
    // The answer to the create is lost, and the process with it, after the API has heard it.
    const servers: KnownServers = {
      open(server) {
        const line = new SystemKnownServers().open(server);
        return {
          async ask(request, signal) {
            const answer = await line.ask(request, signal);
            if (!isCut || request.method !== 'POST') return answer;
            isCut = false;
            throw new TypeError('the process dies');
          },
          [Symbol.dispose]: () => line[Symbol.dispose](),
        };
      },
    };
    stand.api = plane.api(plane.place(), servers);
    expect((await stand.apply(declared)).map(({ code }) => code)).toEqual(['internal']);
    const before = await read('orphan');
    expect(await stand.apply(declared)).toEqual([]);
    expect((await read('orphan')).metadata.uid).toBe(before.metadata.uid);
  });

  test('that says what the API does not know is refused', async () => {
    const stand = new ObjectStand(api);
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typo', namespace: 'default' },
      dtaa: {},
    };
    const failed = await stand.apply((builder) => builder.declare(kubeObject, 'object.typo', { manifest }));
    expect(failed.map(({ code, detail }) => [code, detail])).toEqual([
      ['call.rejected', expect.stringContaining('unknown field "dtaa"')],
    ]);
  });

  test('holds secrets that the manifest does not', async () => {
    const stand = new ObjectStand(api);
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password', namespace: 'default' } };
    const declare = (value: string) => (builder: BlueprintBuilder) =>
      builder.declare(kubeObject, 'object.password', { manifest, secrets: { word: new Secret(value) } });
    expect(await stand.apply(declare('first'))).toEqual([]);
    expect(await stand.apply(declare('second'))).toEqual([]);
    const path = '/api/v1/namespaces/default/secrets/password';
    expect(await api.find(path, FOREVER)).toMatchObject({
      data: { word: Buffer.from('second').toString('base64') },
    });
    expect(await stand.pending(declare('second'))).toEqual([]);
  });

  test('goes into a namespace, and a kind, that come about in the same run', async () => {
    const stand = new ObjectStand(api);
    const group = 'stable.example.test';
    const declare = (builder: BlueprintBuilder): void => {
      const namespace = builder.declare(kubeObject, 'object.shop', {
        manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      });
      const definition = builder.declare(kubeObject, 'object.crontabs', {
        manifest: {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `crontabs.${group}` },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: 'object',
                    properties: { spec: { type: 'object', properties: { every: { type: 'string' } } } },
                  },
                },
              },
            ],
          },
        },
      });
      const manifest = {
        apiVersion: `${group}/v1`,
        kind: 'CronTab',
        metadata: { name: 'nightly', namespace: 'shop' },
        spec: { every: 'night' },
      };
      builder.declare(
        kubeObject,
        'object.nightly',
        { manifest },
        { dependsOn: [namespace.address, definition.address] },
      );
    };
    expect(await stand.apply(declare)).toEqual([]);
    expect(await api.find(`/apis/${group}/v1/namespaces/shop/crontabs/nightly`, FOREVER)).toMatchObject({
      spec: { every: 'night' },
    });
    expect(await stand.pending(declare)).toEqual([]);
    expect(await stand.apply(NOTHING)).toEqual([]);
    expect(await api.find('/api/v1/namespaces/shop', FOREVER)).toBeUndefined();
  });

  test('that cannot be changed into what is wanted is made anew', async () => {
    const stand = new ObjectStand(api);
    const declare = (provisioner: string) => (builder: BlueprintBuilder) =>
      builder.declare(kubeObject, 'object.fast', {
        manifest: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner },
      });
    expect(await stand.apply(declare('one.example.test'))).toEqual([]);
    expect(await stand.pending(declare('two.example.test'))).toEqual([expect.stringContaining('replace object.fast')]);
    expect(await stand.apply(declare('two.example.test'))).toEqual([]);
    expect(await api.find('/apis/storage.k8s.io/v1/storageclasses/fast', FOREVER)).toMatchObject({
      provisioner: 'two.example.test',
    });
  });

  test('that a rollout is waited for says how far it is, and is mended by what is wanted next', async () => {
    const stand = new ObjectStand(api, { conditionMs: 3_000 });
    const declare = (replicas: number) => (builder: BlueprintBuilder) => {
      const labels = { app: 'web' };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web' }] } };
      const manifest = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default' },
        spec: { replicas, selector: { matchLabels: labels }, template },
      };
      builder.declare(kubeObject, 'object.web', { manifest });
    };
    expect(await stand.apply(declare(0))).toEqual([]);
    // No machine runs anything here.
    expect((await stand.apply(declare(2))).map(({ code }) => code)).toEqual(['resource.not-ready']);
    expect(stand.waits).toContain('2 replicas available');
    expect(await stand.apply(declare(0))).toEqual([]);
    expect(await stand.pending(declare(0))).toEqual([]);
  });

  test('that is on its way out and does not go names who has his part to do', async () => {
    const stand = new ObjectStand(api, { conditionMs: 6_000 });
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'default', finalizers: ['example.test/keep'] },
    };
    await stand.apply((builder) => builder.declare(kubeObject, 'object.kept', { manifest }));
    expect((await stand.apply(NOTHING)).map(({ code }) => code)).toEqual(['call.blocked']);
    expect(stand.waits).toContain(
      'what stands in its way to go: example.test/keep, for which somebody has his part to do',
    );
    await patch('kept', { metadata: { finalizers: null } });
    expect(await stand.apply(NOTHING)).toEqual([]);
  });

  test('is kept as it is while the API cannot be reached, and neither made nor destroyed', async () => {
    const stand = new ObjectStand(api);
    await stand.apply(settings({ name: 'kept-on' }));
    stand.api = plane.api({ ...plane.place(), endpoints: [{ host: '127.0.0.1', port: 1 }] });
    expect(await stand.pending(settings({ name: 'kept-on' }))).toEqual([]);
    expect(await stand.pending(NOTHING)).toEqual([]);
  });
});
