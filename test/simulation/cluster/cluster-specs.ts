import type { ClusterSpec, NodeGroup } from '#config/cluster-file.ts';

export const REGION = 'eu-west-3';
/** What others lend to a cluster that makes no network and no zone of its own. */
export const LENT_NETWORK = 'vpc-0ab26ebbb66613a4c';
export const LENT_DOMAIN = 'lent.example.org';
const ZONES = ['eu-west-3a', 'eu-west-3b', 'eu-west-3c'];

/**
 * `cancel`: a deletion while the creation may still be under way; `rollback`: back from a file that cannot be carried out;
 * `revert`: the old file again while the new one may still be under way.
 */
export const OPERATIONS = [
  'create',
  'grow',
  'shrink',
  'replace',
  'update',
  'rotate',
  'rollback',
  'revert',
  'delete',
  'cancel',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * The three shapes that a cluster has by default, the last with fewer nodes than usual, but with every role; one in a
 * private network; and one in a network and a zone of others.
 */
export const CLUSTERS = ['single', 'converged', 'private', 'guest', 'ha'] as const;
export type ClusterShape = (typeof CLUSTERS)[number];

type Counts = Readonly<Partial<Record<keyof ClusterSpec['nodes'], number>>>;

interface Counting {
  readonly base: Counts;
  readonly grown: Counts;
  readonly shrunk: Counts;
}

const COUNTS: Readonly<Record<ClusterShape, Counting>> = {
  single: { base: { converged: 1 }, grown: { converged: 2 }, shrunk: { converged: 1 } },
  converged: { base: { converged: 3 }, grown: { converged: 4 }, shrunk: { converged: 2 } },
  private: { base: { converged: 2 }, grown: { converged: 3 }, shrunk: { converged: 1 } },
  guest: { base: { converged: 1 }, grown: { converged: 2 }, shrunk: { converged: 1 } },
  ha: {
    base: { controlPlane: 3, worker: 2, storage: 3 },
    grown: { controlPlane: 3, worker: 4, storage: 4 },
    shrunk: { controlPlane: 3, worker: 1, storage: 2 },
  },
};

/** Whether there is such an operation: a single node cannot become fewer. */
export function isPossible(cluster: ClusterShape, operation: Operation): boolean {
  return operation !== 'shrink' || !isLone(cluster);
}

/** The only machine of a control plane is never replaced: the program refuses to while there is nobody to hand over to. */
function isLone(cluster: ClusterShape): boolean {
  return COUNTS[cluster].base.converged === 1;
}

/** What the cluster file says while the operation goes on: in the end, too, unless it is taken back. */
export function specFor(cluster: ClusterShape, operation: Operation): ClusterSpec {
  const { base, grown, shrunk } = COUNTS[cluster];
  const zones = ZONES.slice(0, ZONE_COUNTS[cluster]);
  const specOf = (counts: Counts): ClusterSpec => placed(cluster, specIn(zones, counts, NETWORKS[cluster]));
  switch (operation) {
    case 'grow':
      return specOf(grown);
    case 'shrink':
      return specOf(shrunk);
    case 'rollback':
      return impossible(specOf(isLone(cluster) ? grown : base));
    case 'replace':
      return replaced(specOf(isLone(cluster) ? grown : base));
    case 'revert':
      return isLone(cluster) ? updated(specOf(grown)) : replaced(specOf(base));
    case 'update':
      return updated(specOf(base));
    case 'create':
    case 'rotate':
    case 'delete':
    case 'cancel':
      return specOf(base);
  }
}

const ZONE_COUNTS: Readonly<Record<ClusterShape, number>> = { single: 1, converged: 3, private: 2, guest: 2, ha: 3 };

type NetworkShape = Pick<ClusterSpec['network'], 'topology' | 'nat' | 'balancer' | 'addresses'>;

const PUBLIC = { topology: 'public', nat: 'per-zone', balancer: false, addresses: 'fixed' } as const;

const NETWORKS: Readonly<Record<ClusterShape, NetworkShape>> = {
  single: PUBLIC,
  converged: { ...PUBLIC, addresses: 'dynamic' },
  private: { ...PUBLIC, topology: 'private', balancer: true },
  guest: { ...PUBLIC, addresses: 'dynamic' },
  ha: PUBLIC,
};

/** In what is its own, unless it is a guest. */
function placed(cluster: ClusterShape, spec: ClusterSpec): ClusterSpec {
  if (cluster !== 'guest') return spec;
  const network = { ...spec.network, machines: '10.30.64.0/18', existing: LENT_NETWORK };
  return { ...spec, domain: LENT_DOMAIN, network, dns: { zone: 'existing' } };
}

function specIn(zones: readonly string[], counts: Counts, network: NetworkShape): ClusterSpec {
  const { controlPlane, worker, storage, converged } = counts;
  return {
    name: 'simulated',
    provider: 'aws',
    domain: 'sites.example.com',
    region: REGION,
    zones,
    image: { system: 'debian-13', architecture: 'amd64' },
    nodes: {
      ...(controlPlane === undefined ? {} : { controlPlane: group(controlPlane, []) }),
      ...(worker === undefined ? {} : { worker: { ...group(worker, []), spot: true } }),
      ...(storage === undefined ? {} : { storage: group(storage, [100]) }),
      ...(converged === undefined ? {} : { converged: group(converged, [100]) }),
    },
    network: {
      machines: '10.20.0.0/16',
      overlay: '10.64.0.0/16',
      pods: '10.128.0.0/9',
      services: '10.112.0.0/16',
      ...network,
    },
    dns: { zone: 'create' },
    access: { from: ['198.51.100.0/24'], sshPublicKey: SSH_PUBLIC_KEY },
    storage: { replicas: 3 },
    monitoring: false,
    tags: { team: 'web', stage: 'trial' },
  };
}

const SSH_PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvb3RzdHJhcC1zaW11bGF0aW9uLW9wZXJhdG9yLWtleQ operator';

function group(count: number, dataDisksGiB: readonly number[]): NodeGroup {
  return { count, machines: ['t3.large', 'm6i.large'], systemDiskGiB: 20, dataDisksGiB };
}

/** Another image, so every machine is made anew; and another access list on the way. */
function replaced(spec: ClusterSpec): ClusterSpec {
  return { ...updated(spec), image: { system: 'debian-12', architecture: 'amd64' } };
}

/** Other firewall rules, and an image that nobody makes. */
function impossible(spec: ClusterSpec): ClusterSpec {
  return { ...updated(spec), image: { system: 'debian-99', architecture: 'amd64' } };
}

/**
 * Only what can be changed in place: who may reach the machines, which addresses they have, whether a balancer stands
 * before them, how they get out, what machines may be asked for in future, and what everything is tagged with.
 */
function updated({ access, nodes, network, ...spec }: ClusterSpec): ClusterSpec {
  const from = ['203.0.113.0/24', '192.0.2.0/25'];
  const addresses = network.addresses === 'fixed' ? 'dynamic' : 'fixed';
  const balancer = network.balancer || network.addresses === 'dynamic';
  const turned: ClusterSpec['network'] = { ...network, addresses, balancer, nat: 'single' };
  return {
    ...spec,
    nodes: withAnotherType(nodes),
    network: turned,
    access: { ...access, from },
    tags: { team: 'shop', owner: 'web' },
  };
}

function withAnotherType({ controlPlane, worker, storage, converged }: ClusterSpec['nodes']): ClusterSpec['nodes'] {
  const more = (known: NodeGroup): NodeGroup => ({ ...known, machines: [...known.machines, 'm5.large'] });
  return {
    ...(controlPlane === undefined ? {} : { controlPlane: more(controlPlane) }),
    ...(worker === undefined ? {} : { worker: more(worker) }),
    ...(storage === undefined ? {} : { storage: more(storage) }),
    ...(converged === undefined ? {} : { converged: more(converged) }),
  };
}
