import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AssetOrder } from '#cluster/assets.ts';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { type Address, parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import type { Constructs } from '#provider/constructs.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';
import { localConstructs } from '#providers/local/constructs.ts';

const GROUP = { count: 1, systemDiskGiB: 20, dataDisksGiB: [] };
const SPEC: ClusterSpec = {
  name: 'blog',
  provider: 'aws',
  domain: 'blog.example.com',
  region: 'eu-west-3',
  zones: ['eu-west-3a', 'eu-west-3b'],
  image: { system: 'debian-13', architecture: 'amd64' },
  nodes: {},
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
  access: { from: ['203.0.113.0/24'] },
  storage: { replicas: 3 },
  monitoring: false,
};
const ETCD = 'e'.repeat(64);
const ASSETS: readonly AssetOrder[] = [
  { name: 'node-bundle', sha256: 'b'.repeat(64), form: 'tar.gz', from: 'program' },
  { name: 'etcd', sha256: ETCD, form: 'tar.gz', from: 'https://example.com/etcd.tar.gz' },
];

const CONTROL_PLANES = [1, 2, 3].map((number) => `control-plane-${number}`);
const OTHERS = ['worker-1', 'worker-2', 'storage-1'];

function blueprintFor(constructs: Constructs, assets?: readonly AssetOrder[]): Blueprint {
  const group = { ...GROUP, machines: [constructs.realStages === undefined ? 'm7i.large' : 'tiny'] };
  const nodes = { controlPlane: { ...group, count: 3 }, worker: { ...group, count: 2 }, storage: group };
  const spec = { ...SPEC, nodes };
  return clusterBlueprint({ spec, uid: parseClusterUid('clusteruid'), demand: {}, constructs, assets });
}

const played = blueprintFor(awsConstructs);
const real = blueprintFor(localConstructs({ isOffline: true, operatorKey: 'ssh-ed25519 AAAA operator' }), ASSETS);

function declared(blueprint: Blueprint, name: string) {
  const declaration = blueprint.declarations.get(parseAddress(name));
  if (declaration === undefined) throw new RangeError(`${name} is not declared.`);
  return declaration;
}

const NodeInputs = z.looseObject({
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.unknown()),
  certificates: z.record(z.string(), z.unknown()),
  assets: z.array(z.looseObject({ name: z.string() })),
  stages: z.array(z.string()),
});

function nodeOf(blueprint: Blueprint, name: string) {
  return NodeInputs.parse(declared(blueprint, `eu-west-3.node.${name}`).inputs);
}

/** Everything that has to be there first, however far away. */
function foundationsOf(blueprint: Blueprint, name: string): readonly Address[] {
  const all = new Set([parseAddress(name)]);
  for (const address of all) for (const before of declared(blueprint, address).dependsOn) all.add(before);
  return [...all];
}

test('no machine of the quorum has to be there for another one to be told what it becomes', () => {
  for (const name of CONTROL_PLANES) {
    const machines = foundationsOf(played, `eu-west-3.node.${name}`).filter((one) => one.includes('.machine.'));
    expect(new Set(machines.map((address) => address.split('.')[2]))).toEqual(new Set([name]));
    expect(declared(played, `eu-west-3.machine.${name}`).turn).toBe('control-plane');
  }
  for (const name of OTHERS) expect(declared(played, `eu-west-3.machine.${name}`).turn).toBeUndefined();
  expect(foundationsOf(played, 'etcd.founding')).toEqual(['etcd.founding']);
});

test('a peer goes before its machine, and with the overlay', () => {
  for (const name of [...CONTROL_PLANES, ...OTHERS]) {
    const peer = declared(played, `eu-west-3.peer.${name}`);
    expect(peer.dependsOn).toContain(`eu-west-3.machine.${name}`);
    expect(peer.within).toBe('secret.overlay');
    expect(peer.inputs).toMatchObject({ isMember: CONTROL_PLANES.includes(name), port: 51_820 });
    const node = declared(played, `eu-west-3.node.${name}`);
    expect(node.dependsOn).toContain(peer.address);
    expect(node.within).toBe(`eu-west-3.machine.${name}`);
  }
});

test('every node is told who and where it is', () => {
  const { settings, secrets } = nodeOf(played, 'worker-2');
  expect(settings).toEqual({
    NODE: 'worker-2',
    ROLE: 'worker',
    REGION: 'eu-west-3',
    ZONE: 'eu-west-3b',
    OVERLAY_ADDRESS: '10.43.0.130',
    OVERLAY_RANGE: '10.43.0.0/16',
    OVERLAY_PORT: '51820',
    OVERLAY_MTU: '1420',
    MACHINE_RANGE: '10.42.0.0/22',
    POD_CIDR: '10.44.129.0/24',
    POD_RANGE: '10.44.0.0/14',
    API_NAME: 'api.blog.example.com',
    API_PORT: '6443',
    CONTROL_PLANES: '10.43.0.1 10.43.0.2 10.43.0.3',
    SERVICE_RANGE: '10.96.0.0/16',
    DNS_ADDRESS: '10.96.0.10',
    DOMAIN: 'blog.example.com',
    OUTSIDE_ADDRESS: '',
    CLUSTER_DOMAIN: 'cluster.local',
  });
  expect(secrets).toEqual({ 'overlay-psk': { $ref: 'secret.overlay', output: 'value' } });
});

test('who has a seat in etcd is told which, and gets a certificate in its own name alone', () => {
  for (const name of CONTROL_PLANES) {
    const seat = (output: string) => ({ $ref: `eu-west-3.seat.${name}`, output });
    const { settings, certificates } = nodeOf(played, name);
    expect(settings).toMatchObject({
      ETCD_STATE: seat('state'),
      ETCD_TOKEN: seat('token'),
      ETCD_PEERS: seat('peers'),
    });
    const own = declared(played, `eu-west-3.certificate.${name}.etcd`);
    expect(certificates).toMatchObject({
      etcd: {
        certificate: { $ref: own.address, output: 'certificate' },
        believes: [{ $ref: 'authority.etcd', output: 'certificate' }],
      },
    });
    const { OVERLAY_ADDRESS: address } = settings;
    expect(own.inputs).toMatchObject({
      commonName: name,
      organizations: [],
      dnsNames: [name, 'localhost'],
      addresses: [address, '127.0.0.1'],
    });
  }
  for (const name of OTHERS) {
    expect(nodeOf(played, name).certificates).not.toHaveProperty('etcd');
    expect(Object.keys(nodeOf(played, name).settings).filter((key) => key.startsWith('ETCD'))).toEqual([]);
  }
});

test('real machines fetch what their stages need, and pass those that are real', () => {
  const fetched = [{ name: 'etcd', sha256: { $ref: 'asset.etcd', output: 'sha256' }, form: 'tar.gz' }];
  expect(nodeOf(real, 'control-plane-1')).toMatchObject({
    stages: ['network', 'packages', 'overlay', 'seat', 'etcd'],
    assets: fetched,
  });
  expect(nodeOf(real, 'worker-1')).toMatchObject({ stages: ['network', 'packages', 'overlay'], assets: [] });
  expect(declared(real, 'eu-west-3.node.control-plane-1').dependsOn).toContain('asset.etcd');
});

test('where machines are only played nothing is fetched, and all stages are reported', () => {
  expect([...played.declarations.keys()].filter((address) => address.startsWith('asset.'))).toEqual([]);
  expect(nodeOf(played, 'control-plane-1')).toMatchObject({
    stages: ['network', 'packages', 'overlay', 'seat', 'etcd', 'apiserver', 'kubelet', 'ready'],
    assets: [],
  });
});
