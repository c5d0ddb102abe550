import { Secret } from '#std/secret.ts';
import type { Address } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder, type Declared } from '#engine/blueprint.ts';
import type { Input } from '#engine/ref.ts';
import { toyGroup, toyLink, toyNetwork, toyRecord, toySecretNote, toyServer, toyTenant } from './toy-kinds.ts';
import { BREAKING_IMAGE, REFUSED_SIZE } from './toy-rules.ts';

/** What an operation may change about a topology. */
export interface Shape {
  readonly front: number;
  readonly back: number;
  readonly image: string;
  readonly backImage: string;
  readonly size: string;
  /** Size of the first back server alone. */
  readonly backSize: string;
  readonly label: string;
  readonly cidr: string;
  readonly ports: string;
  readonly ttl: number;
  readonly text: string;
  readonly weight: number;
  readonly scope: string;
  readonly secret: string;
}

/** `cancel`: a deletion while the creation may still be under way. */
export const OPERATIONS = ['create', 'update', 'replace', 'scale', 'rollback', 'delete', 'cancel'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Must never be read anywhere but in sealed fields; the signs make every encoding of them differ. */
export const CANARIES = ['canary/+7f3a?one~dY>b', 'canary/+91cc?two~kQ>z'] as const;

export const BASE_SHAPE: Shape = {
  front: 2,
  back: 2,
  image: 'image-1',
  backImage: 'image-1',
  size: 'small',
  backSize: 'small',
  label: 'first',
  cidr: '10.0.0.0/16',
  ports: '443',
  ttl: 300,
  text: 'hello',
  weight: 1,
  scope: 'global',
  secret: CANARIES[0],
};

const TO: Readonly<Record<Exclude<Operation, 'create' | 'delete' | 'cancel'>, Partial<Shape>>> = {
  update: {
    size: 'large',
    backSize: 'large',
    label: 'second',
    ports: '443,80',
    ttl: 60,
    text: 'good day',
    weight: 5,
    secret: CANARIES[1],
  },
  replace: { image: 'image-2', backImage: 'image-2', cidr: '10.8.0.0/16', scope: 'regional', label: 'second' },
  scale: { front: 4, back: 1 },
  rollback: { label: 'third', ports: '8443', image: BREAKING_IMAGE, backSize: REFUSED_SIZE, scope: 'regional' },
};

/** What the operation asks for; undefined: nothing is to be left. */
export function shapeAfter(operation: Operation): Shape | undefined {
  if (operation === 'delete') return undefined;
  return operation === 'create' || operation === 'cancel' ? BASE_SHAPE : { ...BASE_SHAPE, ...TO[operation] };
}

export interface Topology {
  readonly name: string;
  readonly build: (cluster: string, shape: Shape) => Blueprint;
}

const ZONES = [
  ['zone-a', 'zone-b'],
  ['zone-b', 'zone-c', 'zone-a'],
];

/** A tree: one network, two groups, servers that are named and linked, tenants in them. */
function buildSite(cluster: string, shape: Shape): Blueprint {
  const builder = new BlueprintBuilder();
  const network = builder.declare(toyNetwork, 'network', { cidr: shape.cidr, label: shape.label });
  const net = shape.cidr.replaceAll(/\D/g, '-');
  const front = declareGroup(builder, 'front', { name: `${cluster}-front-${net}`, network, ports: shape.ports });
  const back = declareGroup(builder, 'back', { name: `${cluster}-back-${net}`, network, ports: '5432' });
  const secret = builder.declare(toySecretNote, 'secret', {
    name: `${cluster}-secret`,
    scope: shape.scope,
    content: new Secret(shape.secret),
  });
  for (let index = 1; index <= shape.front; index += 1) {
    const server = declareServer(builder, `front-${index}`, {
      network,
      group: front,
      image: shape.image,
      size: shape.size,
    });
    builder.declare(toyLink, `link.front-${index}`, {
      serverId: server.output('id'),
      groupId: back.output('id'),
      weight: shape.weight,
    });
  }
  for (let index = 1; index <= shape.back; index += 1) {
    const [image, size] = index === 1 ? [shape.backImage, shape.backSize] : [shape.image, shape.size];
    const server = declareServer(builder, `back-${index}`, { network, group: back, image, size });
    const tenant = { serverId: server.output('id'), name: 'database', text: shape.text };
    builder.declare(toyTenant, `tenant.back-${index}`, tenant, { within: server.address, dependsOn: [secret.address] });
    builder.declare(toyRecord, `record.back-${index}`, {
      name: `back-${index}.${cluster}`,
      value: server.output('tier'),
      ttl: shape.ttl,
    });
  }
  return builder.build();
}

/** A chain: each network, group and record hangs on the one before, with servers at the end. */
function buildChain(cluster: string, shape: Shape): Blueprint {
  const builder = new BlueprintBuilder();
  const outer = builder.declare(toyNetwork, 'network.outer', { cidr: '172.16.0.0/12', label: shape.label });
  const inner = builder.declare(toyNetwork, 'network.inner', { cidr: shape.cidr, label: outer.output('id') });
  const net = shape.cidr.replaceAll(/\D/g, '-');
  const gate = declareGroup(builder, 'gate', { name: `${cluster}-gate`, network: outer, ports: shape.ports });
  const core = declareGroup(builder, 'core', {
    name: `${cluster}-core-${net}`,
    network: inner,
    ports: gate.output('ports'),
  });
  const note = builder.declare(toySecretNote, 'note', {
    name: `${cluster}-note`,
    scope: shape.scope,
    content: new Secret(shape.secret),
  });
  const first = declareServer(builder, 'first', {
    network: inner,
    group: core,
    image: shape.backImage,
    size: shape.backSize,
  });
  builder.declare(toyRecord, 'record.note', {
    name: `note.${cluster}`,
    value: note.output('fingerprint'),
    ttl: shape.ttl,
  });
  const tenant = builder.declare(
    toyTenant,
    'tenant',
    { serverId: first.output('id'), name: 'queue', text: shape.text },
    { within: first.address },
  );
  const following: Address[] = [tenant.address];
  for (let index = 1; index <= shape.front; index += 1) {
    const server = declareServer(
      builder,
      `next-${index}`,
      { network: inner, group: core, image: shape.image, size: shape.size },
      following.slice(-1),
    );
    following.push(server.address);
    builder.declare(toyRecord, `record.next-${index}`, {
      name: `next-${index}.${cluster}`,
      value: server.output('tier'),
      ttl: shape.ttl,
    });
    if (index > shape.back) continue;
    builder.declare(toyLink, `link.next-${index}`, {
      serverId: server.output('id'),
      groupId: gate.output('id'),
      weight: shape.weight,
    });
  }
  return builder.build();
}

/** A crowd: many small things side by side, most of them of the kind that only a tag tells. */
function buildCrowd(cluster: string, shape: Shape): Blueprint {
  const builder = new BlueprintBuilder();
  const base = builder.declare(toyNetwork, 'base', { cidr: '10.9.0.0/16', label: 'base' });
  const group = declareGroup(builder, 'group', { name: `${cluster}-crowd`, network: base, ports: shape.ports });
  const host = declareServer(builder, 'host', { network: base, group, image: shape.backImage, size: shape.backSize });
  for (let index = 1; index <= shape.front; index += 1) {
    const name = `island-${index}`;
    const network = builder.declare(toyNetwork, name, { cidr: shape.cidr, label: `${shape.label}-${index}` });
    const server = declareServer(builder, `server-${index}`, {
      network: base,
      group,
      image: shape.image,
      size: shape.size,
    });
    builder.declare(toyLink, `link.server-${index}`, {
      serverId: server.output('id'),
      groupId: group.output('id'),
      weight: shape.weight,
    });
    builder.declare(toyRecord, `record.${name}`, {
      name: `${name}.${cluster}`,
      value: network.output('label'),
      ttl: shape.ttl,
    });
  }
  for (let index = 1; index <= shape.back; index += 1) {
    const tenant = { serverId: host.output('id'), name: `tenant-${index}`, text: shape.text };
    builder.declare(toyTenant, `tenant-${index}`, tenant, { within: host.address });
  }
  builder.declare(toySecretNote, 'note', {
    name: `${cluster}-crowd-note`,
    scope: shape.scope,
    content: new Secret(shape.secret),
  });
  return builder.build();
}

export const TOPOLOGIES: ReadonlyMap<string, Topology> = new Map(
  [
    { name: 'site', build: buildSite },
    { name: 'chain', build: buildChain },
    { name: 'crowd', build: buildCrowd },
  ].map((topology) => [topology.name, topology]),
);

interface GroupSeed {
  readonly name: string;
  readonly network: Declared<{ readonly id: string }>;
  readonly ports: Input<string>;
}

function declareGroup(builder: BlueprintBuilder, name: string, { name: groupName, network, ports }: GroupSeed) {
  return builder.declare(toyGroup, `group.${name}`, { name: groupName, networkId: network.output('id'), ports });
}

interface ServerSeed {
  readonly network: Declared<{ readonly id: string }>;
  readonly group: Declared<{ readonly id: string }>;
  readonly image: string;
  readonly size: string;
}

function declareServer(builder: BlueprintBuilder, name: string, seed: ServerSeed, dependsOn: readonly Address[] = []) {
  const { network, group, image, size } = seed;
  const zones = ZONES[name.length % ZONES.length] ?? [];
  const inputs = { name, networkId: network.output('id'), groupId: group.output('id'), image, size, zones };
  return builder.declare(toyServer, `server.${name}`, inputs, { dependsOn });
}
