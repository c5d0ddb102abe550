import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';

const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvb3RzdHJhcC1zaW11bGF0aW9uLW9wZXJhdG9yLWtleQ operator';
const GROUP = { count: 1, machines: ['m7i.large'], systemDiskGiB: 20, dataDisksGiB: [] };

interface Shape {
  readonly network?: Partial<ClusterSpec['network']>;
  readonly access?: Partial<ClusterSpec['access']>;
}

function blueprintOf({ network, access }: Shape = {}): Blueprint {
  const spec: ClusterSpec = {
    name: 'blog',
    provider: 'aws',
    domain: 'blog.example.com',
    region: 'eu-west-3',
    zones: ['eu-west-3a', 'eu-west-3b'],
    image: { system: 'debian-13', architecture: 'arm64' },
    nodes: { controlPlane: { ...GROUP, count: 3 }, worker: { ...GROUP, count: 2 }, storage: GROUP },
    network: {
      machines: '10.42.0.0/22',
      overlay: '10.43.0.0/16',
      pods: '10.44.0.0/14',
      services: '10.96.0.0/16',
      topology: 'public',
      nat: 'per-zone',
      balancer: false,
      addresses: 'fixed',
      ...network,
    },
    dns: { zone: 'create' },
    access: { from: ['203.0.113.0/24'], sshPublicKey: SSH_KEY, ...access },
    storage: { replicas: 3 },
    monitoring: false,
  };
  const uid = parseClusterUid('benchbench');
  return clusterBlueprint({ spec, uid, demand: {}, constructs: awsConstructs });
}

function declared(blueprint: Blueprint, address: string) {
  const declaration = blueprint.declarations.get(parseAddress(address));
  if (declaration === undefined) throw new RangeError(`${address} is not declared.`);
  return declaration;
}

function ofKind(blueprint: Blueprint, kind: string): readonly string[] {
  const all = [...blueprint.declarations.values()].filter((declaration) => declaration.kind === kind);
  return all.map(({ address }) => address.replace('eu-west-3.', '')).toSorted();
}

const Rules = z.object({
  ingress: z.array(
    z.object({
      ports: z.array(z.number()).optional(),
      source: z.union([z.string(), z.object({ $ref: z.string() }).transform(({ $ref }) => $ref)]),
    }),
  ),
});

/** Who is let in, one line each. */
function holesIn(blueprint: Blueprint, firewall: string): readonly string[] {
  const { ingress } = Rules.parse(declared(blueprint, `eu-west-3.firewall.${firewall}.rules`).inputs);
  return ingress.map(({ ports, source }) => `${ports?.[0] ?? 'any'} ${source}`);
}

describe('fixed addresses', () => {
  test('are for the machines that DNS points at, and named after their nodes', () => {
    const named = ['control-plane-1', 'control-plane-2', 'control-plane-3', 'worker-1', 'worker-2'];
    const blueprint = blueprintOf();
    expect(ofKind(blueprint, 'aws.ec2.address')).toEqual(named.map((name) => `address.${name}`));
    expect(ofKind(blueprint, 'aws.ec2.address-association')).toEqual(named.map((name) => `machine.${name}.address`));
    expect(ofKind(blueprint, 'aws.ec2.public-address')).toEqual([]);
  });

  test('are no reason for a name to wait for a machine', () => {
    const { dependsOn } = declared(blueprintOf(), 'record.site');
    expect(dependsOn).toEqual(['eu-west-3.address.worker-1', 'eu-west-3.address.worker-2', 'zone']);
  });

  test('are with their machine before it is told what it becomes', () => {
    const blueprint = blueprintOf();
    const place = 'eu-west-3.machine.worker-1.address';
    expect(declared(blueprint, 'eu-west-3.node.worker-1').dependsOn).toContain(place);
    expect(declared(blueprint, place).within).toBe('eu-west-3.machine.worker-1');
    const followed = blueprintOf({ network: { addresses: 'dynamic' } });
    expect(declared(followed, 'eu-west-3.node.worker-1').dependsOn).toContain(place);
    expect(declared(followed, place).kind).toBe('aws.ec2.public-address');
    expect(ofKind(followed, 'aws.ec2.address')).toEqual([]);
  });

  test('are not needed where nobody comes to the machine itself', () => {
    const blueprint = blueprintOf({ network: { topology: 'private', balancer: true } });
    expect(ofKind(blueprint, 'aws.ec2.address').filter((name) => /control-plane|worker/.test(name))).toEqual([]);
    expect(ofKind(blueprint, 'aws.ec2.public-address')).toEqual([]);
  });

  test.each(['fixed', 'dynamic'] as const)(
    'stay as they are when a balancer comes: no machine changes (%s)',
    (addresses) => {
      const machinesIn = (blueprint: Blueprint) =>
        [...blueprint.declarations.values()].filter(({ address }) => /\.(?:machine|node|address)\./.test(address));
      const before = blueprintOf({ network: { addresses } });
      const after = blueprintOf({ network: { addresses, balancer: true } });
      expect(machinesIn(after)).toEqual(machinesIn(before));
      expect(ofKind(after, 'aws.elb.load-balancer')).toEqual(['balancer']);
    },
  );
});

describe('a private network', () => {
  const blueprint = blueprintOf({ network: { topology: 'private' } });

  test('has its public parts at the end of the range', () => {
    expect(declared(blueprint, 'eu-west-3.network.eu-west-3b').inputs).toMatchObject({
      cidr: '10.42.0.128/25',
      mapsPublicAddresses: false,
    });
    expect(declared(blueprint, 'eu-west-3.network.eu-west-3b.public').inputs).toMatchObject({
      cidr: '10.42.3.144/28',
      mapsPublicAddresses: true,
    });
  });

  test('is entered through a bastion, and by nothing else', () => {
    expect(holesIn(blueprint, 'bastion')).toEqual(['22 203.0.113.0/24']);
    expect(holesIn(blueprint, 'machines').filter((hole) => hole.startsWith('22 '))).toEqual([
      '22 eu-west-3.firewall.bastion',
    ]);
    expect(holesIn(blueprintOf(), 'machines')).toContain('22 203.0.113.0/24');
    expect(ofKind(blueprintOf(), 'aws.ec2.instance')).not.toContain('machine.bastion');
  });

  test('has the cheapest bastion of the architecture, in the public part, with an address that stays', () => {
    const bastion = declared(blueprint, 'eu-west-3.machine.bastion');
    expect(bastion.inputs).toMatchObject({
      name: 'blog bastion',
      types: ['t4g.small', 't4g.medium', 't4g.large'],
      places: ['a', 'b'].map((letter) => ({
        zone: `eu-west-3${letter}`,
        subnetId: { $ref: `eu-west-3.network.eu-west-3${letter}.public` },
      })),
    });
    expect(bastion.dependsOn.filter((address) => /nat|table/.test(address))).toEqual([]);
    expect(ofKind(blueprint, 'aws.ec2.address')).toContain('address.bastion');
    const followed = blueprintOf({ network: { topology: 'private', addresses: 'dynamic' } });
    expect(declared(followed, 'eu-west-3.machine.bastion.address').kind).toBe('aws.ec2.public-address');
  });

  test('has no bastion where there is no key to come in with', () => {
    const closed = blueprintOf({ network: { topology: 'private' }, access: { sshPublicKey: undefined } });
    expect(ofKind(closed, 'aws.ec2.instance')).not.toContain('machine.bastion');
    expect(holesIn(closed, 'machines').filter((hole) => hole.startsWith('22 '))).toEqual([]);
  });

  test('lets a machine wait for the way out of its own zone alone', () => {
    const ways = declared(blueprint, 'eu-west-3.machine.control-plane-2').dependsOn.filter((address) =>
      address.startsWith('eu-west-3.network.'),
    );
    expect(ways).toEqual([
      'eu-west-3.network.eu-west-3b',
      'eu-west-3.network.eu-west-3b.routes',
      'eu-west-3.network.eu-west-3b.table.out',
    ]);
    expect(declared(blueprint, 'eu-west-3.network.eu-west-3b.table.out').dependsOn).toContain(
      'eu-west-3.network.eu-west-3b.nat',
    );
  });

  test('changes nothing but routes and gateways when one gateway is to do', () => {
    const single = blueprintOf({ network: { topology: 'private', nat: 'single' } });
    expect(ofKind(single, 'aws.ec2.nat-gateway')).toEqual(['network.eu-west-3a.nat']);
    const different = [...single.declarations.values()].filter(
      (declaration) => JSON.stringify(blueprint.declarations.get(declaration.address)) !== JSON.stringify(declaration),
    );
    expect(different.map(({ address }) => address)).toEqual(['eu-west-3.network.eu-west-3b.table.out']);
  });

  test('is refused without room for its public parts', () => {
    const network = { topology: 'private', machines: '10.42.0.0/23' } as const;
    expect(() => blueprintOf({ network })).toThrow('The range 10.42.0.0/23 has room for public parts.');
  });
});

describe('a network that is there already', () => {
  test('takes the place of the one that would be made, with its gateway', () => {
    const existing = 'vpc-0abc1234def567890';
    const blueprint = blueprintOf({ network: { existing } });
    expect(declared(blueprint, 'eu-west-3.network')).toMatchObject({
      kind: 'aws.ec2.existing-network',
      inputs: { vpcId: existing, cidr: '10.42.0.0/22' },
    });
    for (const kind of ['vpc', 'internet-gateway', 'gateway-attachment'])
      expect(ofKind(blueprint, `aws.ec2.${kind}`)).toEqual([]);
  });
});
