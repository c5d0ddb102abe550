import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { declarePlatform } from '#cluster/platform.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { parseClusterUid } from '#engine/address.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { readManifestFolder } from '#kubernetes/manifest-folder.ts';
import { kubeObject } from '#kubernetes/object.ts';
import { SystemFiles } from '#std/system-files.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';
import { ObjectStand } from './object-stand.ts';

const FOREVER = new AbortController().signal;
const UID = 'clusterclustercluster';
const WITHIN = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'within' } };
const GROUP = 'stable.example.test';

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: crontabs.${GROUP} }
spec:
  group: ${GROUP}
  scope: Namespaced
  names: { plural: crontabs, singular: crontab, kind: CronTab }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } }
`;
const NIGHTLY = `apiVersion: ${GROUP}/v1\nkind: CronTab\nmetadata: { name: nightly, namespace: shop }\nspec: { every: night }\n`;
const SECRET =
  'apiVersion: v1\nkind: Secret\nmetadata: { name: door, namespace: shop }\nstringData: { word: sesame }\n';

/** No machine runs anything here: it is ready with none. */
function deployment(image: string, more = ''): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 0
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: '${image}' }]${more} }
`;
}

describe.skipIf(KUBERNETES === undefined)('a folder of manifests in a real API', () => {
  let plane: ControlPlane;
  let api: KubernetesApi;
  let stand: ObjectStand;
  let folder = '';

  beforeAll(async () => {
    plane = await ControlPlane.open({ controllers: true });
    api = plane.api();
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bootstrap-manifests-'));
    stand = new ObjectStand(api, { uid: UID });
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await stand.apply(() => undefined);
  });

  async function put(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  async function wanted(): Promise<(builder: BlueprintBuilder) => void> {
    const asked = await readManifestFolder(new SystemFiles(), folder, []);
    return (builder) => {
      // Any other thing does as what it goes with.
      const { address: store } = builder.declare(kubeObject, 'object.within', { manifest: WITHIN });
      const scope = { builder, uid: parseClusterUid(UID), clusterName: 'dev', tags: undefined, region: 'here' };
      declarePlatform(scope, { manifests: [], asked, store, nodes: [] });
    };
  }

  const apply = async () => stand.apply(await wanted());
  const pending = async () => stand.pending(await wanted());
  const web = () => api.find('/apis/apps/v1/namespaces/default/deployments/web', FOREVER);

  test('is made, changed with its files, and taken away with them', async () => {
    await put('web.yaml', deployment('web:1'));
    await put(
      'readers.yaml',
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: readers }\nrules: []\n',
    );
    expect(await apply()).toEqual([]);
    expect(await pending()).toEqual([]);
    expect(await web()).toMatchObject({ metadata: { namespace: 'default' } });
    await put('web.yaml', deployment('web:2'));
    expect(await pending()).toEqual([expect.stringContaining('update object.deployment.web')]);
    expect(await apply()).toEqual([]);
    expect(await web()).toMatchObject({ spec: { template: { spec: { containers: [{ image: 'web:2' }] } } } });
    await rm(join(folder, 'web.yaml'));
    expect(await pending()).toEqual([expect.stringContaining('destroy object.deployment.web')]);
    expect(await apply()).toEqual([]);
    expect(await web()).toBeUndefined();
    expect(await api.find('/apis/rbac.authorization.k8s.io/v1/clusterroles/readers', FOREVER)).toBeDefined();
  });

  test('brings a namespace, a kind and an object of it in one go, in whatever order they stand', async () => {
    await put('a/nightly.yaml', `${NIGHTLY}---\n${SECRET}`);
    await put('b/shop.json', '{ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } }');
    await put('c/definition.yaml', DEFINITION);
    expect(await apply()).toEqual([]);
    expect(await pending()).toEqual([]);
    expect(await api.find(`/apis/${GROUP}/v1/namespaces/shop/crontabs/nightly`, FOREVER)).toBeDefined();
    expect(await api.find('/api/v1/namespaces/shop/secrets/door', FOREVER)).toMatchObject({
      data: { word: Buffer.from('sesame').toString('base64') },
    });
    expect(JSON.stringify(stand.events)).not.toMatch(/sesame|c2VzYW1l/);
  });

  test('with a field that the API does not know is refused with the name of its file, when it is made and later', async () => {
    await put('shop/web.yaml', deployment('web:1', ', containrs: []'));
    const refusals = async () => (await apply()).map(({ code, address, detail }) => `${code} ${address}: ${detail}`);
    const refused = [
      expect.stringMatching(
        /^call\.rejected object\.deployment\.web: shop\/web\.yaml: .*unknown field "spec\.template\.spec\.containrs"/,
      ),
    ];
    expect(await refusals()).toEqual(refused);
    await put('shop/web.yaml', deployment('web:1'));
    expect(await apply()).toEqual([]);
    await put('shop/web.yaml', deployment('web:1', ', containrs: []'));
    expect(await refusals()).toEqual(refused);
  });

  test('with an object that stands there already, of somebody else, leaves it alone', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' } };
    await api.ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body }, FOREVER);
    await put(
      'theirs.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: theirs, namespace: default }\ndata: { a: b }\n',
    );
    expect(await apply()).toMatchObject([{ code: 'resource.name-taken', address: 'object.configmap.theirs' }]);
  });
});
