import { expect, test } from 'vitest';
import { z } from 'zod';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseClusterUid } from '#engine/address.ts';
import { localConstructs } from '#providers/local/constructs.ts';
import { LOCAL_TYPES } from '#providers/local/kinds.ts';

const SPEC: ClusterSpec = {
  name: 'dev',
  provider: 'local',
  domain: 'dev.localhost',
  region: 'local-1',
  zones: ['local-1a'],
  image: { system: 'debian-13', architecture: 'amd64' },
  nodes: { controlPlane: group(1), worker: group(1), storage: group(1, [10]) },
  network: {
    machines: '10.20.0.0/16',
    overlay: '10.64.0.0/16',
    pods: '10.128.0.0/9',
    services: '10.112.0.0/16',
    topology: 'public',
    nat: 'per-zone',
    balancer: false,
    addresses: 'dynamic',
    open: [{ port: 30_080, through: 30_082, protocol: 'tcp', from: ['0.0.0.0/0'] }],
  },
  dns: { zone: 'create' },
  access: { from: ['127.0.0.1/32'] },
  storage: { replicas: 1 },
  monitoring: false,
};

function group(count: number, dataDisksGiB: readonly number[] = []) {
  return { count, machines: ['small'], systemDiskGiB: 10, dataDisksGiB };
}

const { declarations } = clusterBlueprint({
  spec: SPEC,
  uid: parseClusterUid('clusteruid'),
  demand: {},
  constructs: localConstructs({ isOffline: false, operatorKey: 'ssh-ed25519 AAAA operator' }),
});

test('a cluster on a workstation consists of these, and of nothing that only a cloud has', () => {
  expect([...declarations.values()].map(({ address, kind }) => `${kind} ${address}`).toSorted()).toMatchInlineSnapshot(`
    [
      "authority authority.etcd",
      "certificate local-1.certificate.control-plane-1.etcd",
      "etcd.founder local-1.founder.control-plane-1",
      "etcd.founding etcd.founding",
      "etcd.seat local-1.seat.control-plane-1",
      "local.ground state.bucket",
      "local.image local-1.image.amd64",
      "local.machine local-1.machine.control-plane-1",
      "local.machine local-1.machine.storage-1",
      "local.machine local-1.machine.worker-1",
      "local.network local-1.network",
      "local.record record.api",
      "local.record record.site",
      "local.state-key state.key",
      "local.zone zone",
      "node local-1.node.control-plane-1",
      "node local-1.node.storage-1",
      "node local-1.node.worker-1",
      "peer local-1.peer.control-plane-1",
      "peer local-1.peer.storage-1",
      "peer local-1.peer.worker-1",
      "secret secret.overlay",
    ]
  `);
  const kinds = new Set([...declarations.values()].map(({ kind }) => kind));
  expect([...kinds].filter((kind) => !withClusterKinds(LOCAL_TYPES).has(kind))).toEqual([]);
});

test.each([
  ['control-plane-1', [22, 6_443]],
  ['worker-1', [22, 80, 443, 30_080, 30_081, 30_082]],
  ['storage-1', [22]],
])('the workstation leads to %s where its firewalls are open to the outside', (name, ports) => {
  const machine = [...declarations.values()].find(({ address }) => address === `local-1.machine.${name}`);
  expect(z.looseObject({ opens: z.array(z.number()) }).parse(machine?.inputs).opens).toEqual(ports);
});

test('nodes report what machines here come to by themselves, and no stage more', () => {
  const nodes = [...declarations.values()].filter(({ kind }) => kind === 'node');
  const Node = z.looseObject({ stages: z.array(z.string()) });
  expect(nodes.map(({ inputs }) => Node.parse(inputs).stages)).toEqual([
    ['network', 'packages', 'overlay'],
    ['network', 'packages', 'overlay'],
    ['network', 'packages', 'overlay', 'seat', 'etcd'],
  ]);
});
