import { expect, test } from 'vitest';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Manifest } from '#kubernetes/manifest.ts';
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

function declared(manifests: readonly Manifest[] | undefined) {
  const constructs = localConstructs({ isOffline: true, operatorKey: 'ssh-ed25519 AAAA operator' });
  return clusterBlueprint({ spec: SPEC, uid: parseClusterUid('clusteruid'), demand: {}, constructs, manifests })
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
