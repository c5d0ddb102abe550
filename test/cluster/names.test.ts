import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';

const ZONES = ['eu-west-3a', 'eu-west-3b'];
const GROUP = { machines: ['m7i.large'], systemDiskGiB: 20, dataDisksGiB: [] };
const PUBLIC = { topology: 'public', nat: 'per-zone', balancer: false, addresses: 'dynamic' } as const;

interface Wanted {
  readonly network?: Partial<ClusterSpec['network']>;
  readonly zone?: ClusterSpec['dns']['zone'];
  readonly workers?: number;
  readonly spot?: boolean;
}

function specOf({ network = {}, zone = 'create', workers = 2, spot }: Wanted = {}): ClusterSpec {
  const ranges = { machines: '10.42.0.0/16', overlay: '10.43.0.0/16', pods: '10.44.0.0/14', services: '10.96.0.0/16' };
  return {
    name: 'blog',
    provider: 'aws',
    domain: 'blog.example.com',
    region: 'eu-west-3',
    zones: ZONES,
    image: { system: 'debian-13', architecture: 'amd64', id: 'ami-0123456789abcdef0' },
    nodes: {
      controlPlane: { ...GROUP, count: 1 },
      worker: { ...GROUP, count: workers, ...(spot === undefined ? {} : { spot }) },
      storage: { ...GROUP, count: 1, dataDisksGiB: [100] },
    },
    network: { ...ranges, ...PUBLIC, ...network },
    dns: { zone },
    access: { from: ['198.51.100.0/24'] },
    storage: { replicas: 1 },
    monitoring: false,
  };
}

function blueprintOf(wanted?: Wanted): Blueprint {
  const uid = parseClusterUid('benchbench');
  return clusterBlueprint({ spec: specOf(wanted), uid, demand: {}, constructs: awsConstructs });
}

const Inputs = z.looseObject({});
const Reference = z.object({ $ref: z.string(), output: z.string() });
const Values = z.object({ values: z.array(Reference) });
const Ingress = z.object({
  ingress: z.array(
    z.looseObject({
      protocol: z.string(),
      ports: z.tuple([z.int(), z.int()]),
      source: z.union([z.string(), Reference]),
    }),
  ),
});

function inputsOf(blueprint: Blueprint, address: string): Readonly<Record<string, unknown>> {
  const declaration = blueprint.declarations.get(parseAddress(address));
  if (declaration === undefined) throw new RangeError(`${address} is not declared.`);
  return Inputs.parse(declaration.inputs);
}

/** `eu-west-3.machine.worker-1 publicAddress`: what the values of a record lead to. */
function valuesOf(blueprint: Blueprint, address: string): readonly string[] {
  return Values.parse(inputsOf(blueprint, address)).values.map(({ $ref, output }) => `${$ref} ${output}`);
}

function openingsOf(blueprint: Blueprint, firewall: string): readonly string[] {
  const { ingress } = Ingress.parse(inputsOf(blueprint, `eu-west-3.firewall.${firewall}.rules`));
  return ingress.map(({ ports, source }) => `${ports[0]} ${typeof source === 'string' ? source : source.$ref}`);
}

describe('without a balancer', () => {
  test('names stand for the machines themselves, and whoever may come reaches them', () => {
    const blueprint = blueprintOf();
    expect(valuesOf(blueprint, 'record.api')).toHaveLength(1);
    expect(valuesOf(blueprint, 'record.site').map((value) => value.split(' ')[1])).toEqual([
      'publicAddress',
      'publicAddress',
    ]);
    expect(openingsOf(blueprint, 'api')).toEqual(['6443 198.51.100.0/24']);
    expect(openingsOf(blueprint, 'sites')).toEqual(['80 0.0.0.0/0', '443 0.0.0.0/0']);
    const kinds = [...blueprint.declarations.values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('aws.elb.'))).toEqual([]);
  });

  test('names of a private network stand for the addresses inside it', () => {
    const blueprint = blueprintOf({ network: { topology: 'private' } });
    expect(valuesOf(blueprint, 'record.api')).toEqual(['eu-west-3.machine.control-plane-1 privateAddress']);
    expect(valuesOf(blueprint, 'record.site')).toEqual([
      'eu-west-3.machine.worker-1 privateAddress',
      'eu-west-3.machine.worker-2 privateAddress',
    ]);
  });

  test('ports that the file opens lead to the machines that serve sites, for whom it names', () => {
    const open = [
      { port: 30_080, through: 30_080, protocol: 'tcp', from: ['0.0.0.0/0'] },
      { port: 5_000, through: 5_009, protocol: 'udp', from: ['203.0.113.0/24', '198.51.100.7/32'] },
    ] as const;
    const blueprint = blueprintOf({ network: { open } });
    expect(openingsOf(blueprint, 'sites').slice(2)).toEqual([
      '30080 0.0.0.0/0',
      '5000 203.0.113.0/24',
      '5000 198.51.100.7/32',
    ]);
    const { ingress } = Ingress.parse(inputsOf(blueprint, 'eu-west-3.firewall.sites.rules'));
    expect(ingress.map(({ protocol, ports }) => `${protocol} ${ports.join('-')}`).slice(2)).toEqual([
      'tcp 30080-30080',
      'udp 5000-5009',
      'udp 5000-5009',
    ]);
    for (const name of ['api', 'machines'])
      expect(inputsOf(blueprint, `eu-west-3.firewall.${name}.rules`)).toEqual(
        inputsOf(blueprintOf(), `eu-west-3.firewall.${name}.rules`),
      );
  });

  test('there is no name for sites that nothing serves', () => {
    expect(blueprintOf({ workers: 0 }).declarations.has(parseAddress('record.site'))).toBe(false);
  });
});

describe.each(['public', 'private'] as const)('with a balancer before a %s network', (topology) => {
  const blueprint = blueprintOf({ network: { topology, balancer: true } });

  test('both names stand for the balancer', () => {
    for (const name of ['record.api', 'record.site']) {
      expect(inputsOf(blueprint, name)).toMatchObject({
        ttlSeconds: 0,
        values: [],
        alias: {
          dnsName: { $ref: 'eu-west-3.balancer', output: 'dnsName' },
          zoneId: { $ref: 'eu-west-3.balancer', output: 'dnsZoneId' },
        },
      });
    }
  });

  test('the API leads to the control plane, the sites to the workers', () => {
    const targets = [...blueprint.declarations.values()].filter(({ kind }) => kind === 'aws.elb.target');
    expect(targets.map(({ address }) => address).toSorted()).toEqual([
      'eu-west-3.balancer.api.control-plane-1',
      'eu-west-3.balancer.http.worker-1',
      'eu-west-3.balancer.http.worker-2',
      'eu-west-3.balancer.https.worker-1',
      'eu-west-3.balancer.https.worker-2',
    ]);
  });

  test('ports that the file opens are its own too, and lead to the workers', () => {
    const open = [{ port: 65_535, through: 65_535, protocol: 'tcp', from: ['203.0.113.0/24'] }] as const;
    const opened = blueprintOf({ network: { topology, balancer: true, open } });
    expect(inputsOf(opened, 'eu-west-3.balancer.t65535')).toMatchObject({ port: 65_535 });
    const more = [...opened.declarations.keys()].filter((address) => !blueprint.declarations.has(address));
    expect(more.toSorted()).toEqual(
      ['', '.listener', '.worker-1', '.worker-2'].map((part) => `eu-west-3.balancer.t65535${part}`),
    );
    expect(openingsOf(opened, 'balancer')).toContain('65535 203.0.113.0/24');
    expect(openingsOf(opened, 'sites')).toContain('65535 eu-west-3.firewall.balancer');
    expect(openingsOf(opened, 'sites').includes('65535 203.0.113.0/24')).toBe(topology === 'public');
  });

  test('it lets in whom the machines would, and comes in to them', () => {
    expect(openingsOf(blueprint, 'balancer')).toEqual(['6443 198.51.100.0/24', '80 0.0.0.0/0', '443 0.0.0.0/0']);
    const own = 'eu-west-3.firewall.balancer';
    expect(openingsOf(blueprint, 'api')).toContain(`6443 ${own}`);
    expect(openingsOf(blueprint, 'sites')).toEqual(expect.arrayContaining([`80 ${own}`, `443 ${own}`]));
  });

  test('nobody loses the way in when it is turned on, and a private network has no other', () => {
    const wayIn = (name: string, network: Partial<ClusterSpec['network']>): readonly string[] =>
      openingsOf(blueprintOf({ network: { topology, ...network } }), name);
    for (const name of ['api', 'sites']) {
      const before = wayIn(name, { balancer: false });
      const after = wayIn(name, { balancer: true });
      const kept = before.filter((opening) => after.includes(opening));
      expect(before).not.toEqual([]);
      expect(kept).toEqual(topology === 'public' ? before : []);
    }
  });

  test('no machine and no node waits for it', () => {
    const waitsFor = (address: string, seen = new Set<string>()): ReadonlySet<string> => {
      for (const next of blueprint.declarations.get(parseAddress(address))?.dependsOn ?? [])
        if (!seen.has(next)) waitsFor(next, seen.add(next));
      return seen;
    };
    for (const name of ['node.worker-1', 'node.control-plane-1', 'machine.storage-1'])
      expect([...waitsFor(`eu-west-3.${name}`)].filter((one) => one.startsWith('eu-west-3.balancer'))).toEqual([]);
  });

  test('it stands where the network is open to the outside', () => {
    const parts = topology === 'public' ? ZONES : ZONES.map((zone) => `${zone}.public`);
    expect(inputsOf(blueprint, 'eu-west-3.balancer')['subnetIds']).toMatchObject(
      parts.map((part) => ({ $ref: `eu-west-3.network.${part}` })),
    );
  });
});

describe('the zone of a cluster', () => {
  test('is its own, and what is in it goes with it', () => {
    const { declarations } = blueprintOf();
    expect(declarations.get(parseAddress('zone'))?.kind).toBe('aws.route53.zone');
    expect(declarations.get(parseAddress('record.api'))?.within).toBe('zone');
  });

  test('may be one that is there already, from which each record is taken out', () => {
    const blueprint = blueprintOf({ zone: 'existing' });
    expect(blueprint.declarations.get(parseAddress('zone'))?.kind).toBe('aws.route53.existing-zone');
    expect(blueprint.declarations.get(parseAddress('record.api'))?.within).toBeUndefined();
    expect(inputsOf(blueprint, 'record.api')['isShared']).toBe(true);
  });

  test('may be seen by its own network alone', () => {
    expect(inputsOf(blueprintOf({ zone: 'private' }), 'zone')).toMatchObject({
      domain: 'blog.example.com',
      vpcId: { $ref: 'eu-west-3.network', output: 'vpcId' },
    });
  });
});

test('only workers are spot machines, and only where the file says so', () => {
  const isSpot = (wanted: Wanted): readonly string[] =>
    [...blueprintOf(wanted).declarations.values()]
      .filter(({ kind, inputs }) => kind === 'aws.ec2.instance' && Reflect.get(Object(inputs), 'isSpot') === true)
      .map(({ address }) => address);
  expect(isSpot({ spot: true })).toEqual(['eu-west-3.machine.worker-1', 'eu-west-3.machine.worker-2']);
  expect(isSpot({ spot: false })).toEqual([]);
  expect(isSpot({})).toEqual([]);
});

test('the image that the file names is the one that is looked up', () => {
  const { id } = inputsOf(blueprintOf(), 'eu-west-3.image.amd64');
  expect(id).toBe('ami-0123456789abcdef0');
});
