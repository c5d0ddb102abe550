import { expect, test } from 'vitest';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Manifest, WantedObject } from '#kubernetes/manifest.ts';
import { localConstructs } from '#providers/local/constructs.ts';

const GROUP = { count: 1, machines: ['tiny'], systemDiskGiB: 10, dataDisksGiB: [] };
const SPEC: ClusterSpec = {
  name: 'dev',
  provider: 'local',
  domain: 'dev.localhost',
  region: 'local-1',
  zones: ['local-1a'],
  image: { system: 'debian-13', architecture: 'amd64' },
  nodes: { controlPlane: { ...GROUP, count: 3 }, worker: GROUP },
  network: {
    machines: '10.42.0.0/22',
    overlay: '10.43.0.0/16',
    pods: '10.44.0.0/14',
    services: '10.96.0.0/16',
    topology: 'public',
    nat: 'per-zone',
    balancer: false,
    addresses: 'dynamic',
  },
  dns: { zone: 'create' },
  access: { from: ['127.0.0.1/32'] },
  storage: { replicas: 1 },
  monitoring: false,
};
const SERVERS = [1, 2, 3].map((number) => `local-1.node.control-plane-${number}`);

function declared(manifests: readonly Manifest[] | undefined, asked?: readonly WantedObject[]) {
  const constructs = localConstructs({ isOffline: true, operatorKey: 'ssh-ed25519 AAAA operator' });
  return clusterBlueprint({ spec: SPEC, uid: parseClusterUid('clusteruid'), demand: {}, constructs, manifests, asked })
    .declarations;
}

function manifest(kind: string, name: string, namespace?: string): Manifest {
  return { apiVersion: 'v1', kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

test('machines that are given no Kubernetes are no nodes of it', () => {
  expect([...declared(undefined).values()].filter(({ kind }) => kind.startsWith('kube.'))).toEqual([]);
});

test('every machine is a node once the servers of the API are there, and goes with all that the API keeps', () => {
  expect(declared([]).get(parseAddress('local-1.kubernetes.worker-1'))).toMatchObject({
    within: 'etcd.founding',
    dependsOn: ['etcd.founding', ...SERVERS, 'local-1.node.worker-1'],
    inputs: { name: 'worker-1', roles: ['worker'] },
  });
});

test('what is in a namespace waits for it, in whatever order they come', () => {
  const found = declared([manifest('ConfigMap', 'words', 'shop'), manifest('Namespace', 'shop')]);
  expect(found.get(parseAddress('object.configmap.shop.words'))?.dependsOn).toContain('object.namespace.shop');
  expect(found.get(parseAddress('object.namespace.shop'))?.dependsOn).toEqual(['etcd.founding', ...SERVERS]);
});

test('names that addresses cannot have stay apart', () => {
  const found = declared(['a:b', 'a-b', 'a.b'].map((name) => manifest('ClusterRole', name)));
  const roles = [...found.keys()].filter((address) => address.startsWith('object.clusterrole.'));
  expect(roles).toHaveLength(3);
  expect(roles).toContain('object.clusterrole.a-b');
});

test('what the file of a cluster asks for comes after what every cluster is given', () => {
  const asked = [
    { manifest: manifest('ConfigMap', 'words', 'shop'), file: 'words.yaml' },
    { manifest: manifest('Namespace', 'shop'), file: 'shop.yaml' },
  ];
  const found = declared([manifest('ClusterRole', 'admins')], asked);
  const words = found.get(parseAddress('object.configmap.shop.words'));
  expect(words?.dependsOn).toEqual(['etcd.founding', ...SERVERS, 'object.clusterrole.admins', 'object.namespace.shop']);
  expect(words?.inputs).toMatchObject({ file: 'words.yaml' });
  expect(found.get(parseAddress('object.clusterrole.admins'))?.dependsOn).toEqual(['etcd.founding', ...SERVERS]);
});

test('kinds of one name in two groups stay apart, and a name of any length has an address', () => {
  const long = 'x'.repeat(253);
  const asked = [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' } },
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'web' } },
    ...['a', 'b'].map((end) => ({
      apiVersion: 'policies.example.test/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: `${long}${end}`, namespace: 'n'.repeat(63) },
    })),
  ].map((one) => ({ manifest: one }));
  const objects = [...declared([], asked).keys()].filter((address) => address.startsWith('object.'));
  expect(objects).toHaveLength(5);
  expect(objects).toEqual(
    expect.arrayContaining(['object.service.web', 'object.ingress.web', 'object.service-serving-knative-dev.web']),
  );
});
