import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AssetOrder } from '#cluster/assets.ts';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { hasKubernetes } from '#cluster/kubernetes.ts';
import { notYetIn } from '#cluster/outputs.ts';
import { ROLES } from '#cluster/roles.ts';
import type { Trusts } from '#cluster/trust.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { Constructs } from '#provider/constructs.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';
import { localConstructs } from '#providers/local/constructs.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemFiles } from '#std/system-files.ts';

const GROUP = { count: 1, systemDiskGiB: 20, dataDisksGiB: [] };
const UID = parseClusterUid('clusteruid');
const LOCAL = localConstructs({ isOffline: true, operatorKey: 'ssh-ed25519 AAAA operator' });
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];
const NODE_BUNDLE = ordered('node-bundle', 'tar.gz');
const ETCD = ordered('etcd', 'tar.gz');
const KUBERNETES: readonly AssetOrder[] = [
  NODE_BUNDLE,
  ETCD,
  ...PROGRAMS.map((name) => ordered(name, 'program')),
  ordered('pause', 'image'),
  ordered('coredns', 'image'),
];

function ordered(name: string, form: AssetOrder['form']): AssetOrder {
  return { name, form, sha256: sha256Hex(name), from: `https://example.com/${name}` };
}

interface Wanted {
  readonly constructs: Constructs;
  readonly assets?: readonly AssetOrder[];
  readonly trusts?: Trusts;
}

function blueprintOf({ constructs, ...more }: Wanted): Blueprint {
  const group = { ...GROUP, machines: [constructs === LOCAL ? 'tiny' : 'm7i.large'] };
  const spec: ClusterSpec = {
    name: 'blog',
    provider: 'aws',
    domain: 'blog.example.com',
    region: 'eu-west-3',
    zones: ['eu-west-3a'],
    image: { system: 'debian-13', architecture: 'amd64' },
    nodes: { controlPlane: { ...group, count: 3 }, worker: group, storage: group, converged: group },
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
  return clusterBlueprint({ spec, uid: UID, demand: {}, constructs, ...more });
}

const NodeInputs = z.looseObject({
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.unknown()),
  certificates: z.record(z.string(), z.object({ certificate: z.unknown(), believes: z.array(z.unknown()) })),
  assets: z.array(z.looseObject({ name: z.string() })),
  stages: z.array(z.string()),
});

function inputsOf(blueprint: Blueprint, address: string) {
  const declaration = blueprint.declarations.get(parseAddress(address));
  if (declaration === undefined) throw new RangeError(`${address} is not declared.`);
  return declaration.inputs;
}

function nodeOf(blueprint: Blueprint, name: string) {
  return NodeInputs.parse(inputsOf(blueprint, `eu-west-3.node.${name}`));
}

const Said = z.looseObject({
  commonName: z.string(),
  organizations: z.array(z.string()),
  dnsNames: z.array(z.string()),
  addresses: z.array(z.string()),
  usages: z.array(z.string()),
  authority: z.object({ $ref: z.string() }),
});

/** Who signs, and all that is said of its holder: in one line each. */
function certificateOf(blueprint: Blueprint, node: string, purpose: string): readonly string[] {
  const said = Said.parse(inputsOf(blueprint, `eu-west-3.certificate.${node}.${purpose}`));
  return [said.authority.$ref, said.commonName, said.organizations, said.dnsNames, said.addresses, said.usages].map(
    String,
  );
}

const acted = blueprintOf({ constructs: awsConstructs });
const real = blueprintOf({ constructs: LOCAL, assets: KUBERNETES });
const NODES = ['control-plane-1', 'worker-1', 'storage-1', 'converged-1'] as const;

describe('Kubernetes', () => {
  test('knows the programs of a control plane by these names, each signed by whom the others believe', () => {
    const shown = (purpose: string) => certificateOf(acted, 'control-plane-2', purpose);
    const inside = 'kubernetes,kubernetes.default,kubernetes.default.svc,kubernetes.default.svc.cluster.local';
    expect(shown('apiserver')).toEqual([
      'authority.cluster',
      'kube-apiserver',
      '',
      `control-plane-2,localhost,${inside},api.blog.example.com`,
      '10.43.0.2,10.96.0.1,127.0.0.1',
      'server,client',
    ]);
    expect(shown('apiserver-etcd')).toEqual(['authority.etcd', 'kube-apiserver', '', '', '', 'client']);
    expect(shown('front-proxy')).toEqual(['authority.front-proxy', 'front-proxy-client', '', '', '', 'client']);
    for (const name of ['controller-manager', 'scheduler'])
      expect(shown(name)).toEqual([
        'authority.cluster',
        `system:kube-${name}`,
        '',
        'localhost',
        '127.0.0.1',
        'server,client',
      ]);
  });

  test('lets machines of the control plane give services their addresses, at which machines are spoken to', () => {
    const own = ['authority.cluster', 'bootstrap:services', '', '', '', 'client'];
    expect(certificateOf(acted, 'control-plane-2', 'services')).toEqual(own);
    const addresses = { DOMAIN: 'blog.example.com', OUTSIDE_ADDRESS: '' };
    expect(nodeOf(acted, 'control-plane-1').settings).toMatchObject(addresses);
    expect(nodeOf(real, 'control-plane-1').settings).toMatchObject({ ...addresses, OUTSIDE_ADDRESS: '10.0.2.15' });
  });

  test('knows every node as a node, and none as another', () => {
    for (const name of NODES) {
      const { OVERLAY_ADDRESS: address } = nodeOf(acted, name).settings;
      const own = [`system:node:${name}`, 'system:nodes', name, address, 'server,client'];
      expect(certificateOf(acted, name, 'kubelet')).toEqual(['authority.cluster', ...own]);
      expect(certificateOf(acted, name, 'proxy')).toEqual([
        'authority.cluster',
        'system:kube-proxy',
        '',
        '',
        '',
        'client',
      ]);
    }
  });

  test('gives a node certificates for just those keys that the machine of its role makes', async () => {
    const path = new URL('../../cloud-init/node/purposes', import.meta.url).pathname;
    const lines = (await new SystemFiles().read(path)).trim().split('\n');
    const made = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)]));
    expect([...made.keys()].toSorted()).toEqual([...ROLES].toSorted());
    for (const role of ROLES) {
      const { certificates } = nodeOf(acted, `${role}-1`);
      expect(Object.keys(certificates).toSorted()).toEqual(made.get(role)?.toSorted());
    }
  });

  test('lets a holder believe those who sign for whom it meets', () => {
    const { certificates } = nodeOf(acted, 'control-plane-1');
    for (const [purpose, { believes }] of Object.entries(certificates)) {
      const [authority] = certificateOf(acted, 'control-plane-1', purpose);
      expect(believes).toEqual([{ $ref: authority, output: 'certificate' }]);
    }
  });

  test('keeps its secrets to control planes', () => {
    const secret = (address: string, output: string) => ({ $ref: address, output });
    for (const name of ['control-plane-1', 'converged-1'])
      expect(nodeOf(acted, name).secrets).toEqual({
        'overlay-psk': secret('secret.overlay', 'value'),
        'encryption-key': secret('secret.encryption', 'value'),
        'service-account-key': secret('authority.service-account', 'key'),
        'service-account-believed': secret('authority.service-account', 'certificate'),
      });
    for (const name of ['worker-1', 'storage-1'])
      expect(Object.keys(nodeOf(acted, name).secrets)).toEqual(['overlay-psk']);
    expect(inputsOf(acted, 'secret.encryption')).toMatchObject({ bytes: 32 });
  });

  test('has all who sign or believe for the cluster take part when its authority gives way', () => {
    const trusts: Trusts = new Map([['cluster', { believed: [1, 2], signs: 2, phase: 'sign' }]]);
    const rotating = blueprintOf({ constructs: awsConstructs, trusts });
    const Rotation = z.looseObject({
      purpose: z.string(),
      machines: z.array(z.looseObject({ node: z.string(), certificates: z.record(z.string(), z.unknown()) })),
    });
    const { purpose, machines } = Rotation.parse(inputsOf(rotating, 'rotation.cluster'));
    expect(purpose).toBe('cluster');
    const held = machines.map(({ node, certificates }) => [node, Object.keys(certificates).join(' ')]);
    const managing = 'apiserver controller-manager scheduler services kubelet proxy';
    expect(new Map(held.map(([node = '', those = '']) => [node, those]))).toEqual(
      new Map([
        ...['control-plane-1', 'control-plane-2', 'control-plane-3'].map((node) => [node, managing] as const),
        ['worker-1', 'kubelet proxy'],
        ['storage-1', 'kubelet proxy'],
        ['converged-1', managing],
      ]),
    );
    expect(certificateOf(rotating, 'worker-1', 'kubelet')[0]).toBe('authority.cluster.2');
    expect(certificateOf(rotating, 'control-plane-1', 'etcd')[0]).toBe('authority.etcd');
    expect([...rotating.declarations.keys()].filter((address) => address.startsWith('rotation.'))).toEqual([
      'rotation.cluster',
    ]);
  });
});

describe('real machines', () => {
  test('pass its stages and fetch what they need when the lock has it, and every image', () => {
    const fetched = (name: string) => nodeOf(real, name).assets.map((asset) => asset.name);
    const every = ['kubelet', 'kube-proxy', 'pause', 'coredns'];
    const begin = ['network', 'packages', 'overlay'];
    const control = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
    expect(nodeOf(real, 'control-plane-1').stages).toEqual([...begin, 'seat', 'etcd', 'apiserver', 'kubelet', 'ready']);
    expect(fetched('control-plane-1')).toEqual([...control, ...every]);
    // Nobody can pass what storage needs yet.
    for (const name of ['worker-1', 'storage-1']) {
      expect(nodeOf(real, name).stages).toEqual([...begin, 'kubelet', 'ready']);
      expect(fetched(name)).toEqual(every);
    }
    expect(nodeOf(real, 'converged-1').stages).toEqual(nodeOf(real, 'control-plane-1').stages);
  });

  test('have nothing of it when the lock has nothing of it: no authority, no certificate, no secret', () => {
    const without = blueprintOf({ constructs: LOCAL, assets: [NODE_BUNDLE, ETCD, ordered('coredns', 'image')] });
    const { stages, settings, secrets, certificates, assets } = nodeOf(without, 'control-plane-1');
    expect(stages).toEqual(['network', 'packages', 'overlay', 'seat', 'etcd']);
    expect(settings).not.toHaveProperty('API_NAME');
    expect(Object.keys(secrets)).toEqual(['overlay-psk']);
    expect(Object.keys(certificates)).toEqual(['etcd']);
    expect(assets.map(({ name }) => name)).toEqual(['etcd']);
    const declared = [...without.declarations.keys()].filter((address) => /^(?:authority|secret)\./.test(address));
    expect(declared).toEqual(['secret.overlay', 'authority.etcd']);
  });
});

test('what is not there yet is said by what the state has', () => {
  const state = new ClusterState(UID);
  expect(hasKubernetes(state)).toBe(false);
  expect(notYetIn(state)[0]).toContain('for the lock of assets has no Kubernetes');
});
