import type { Architecture, Catalogue, MachineType } from '#provider/catalogue.ts';
import type { ClusterSpec, NodeGroup } from './cluster-file.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { parseGiB } from './size.ts';
import { withoutComment } from './ssh-key.ts';
import { RANGE_DEFAULTS } from './written-network.ts';
import { REPLICAS_DEFAULT, SIMULATOR_DEFAULTS, SYSTEMS, type PartialFile, ZONES_DEFAULT } from './written-file.ts';
import { DATA_DISKS_DEFAULT, type WrittenGroup, type WrittenNodes } from './written-nodes.ts';

const MACHINES_DEFAULT = 3;

/** Fills in every default. What the file should have said and did not is empty: checks find that, not this. */
export function resolveSpec(written: PartialFile, catalogue: Catalogue): ClusterSpec {
  const { name = '', provider = 'simulator', domain = '', region = catalogue.defaultRegion } = written;
  const image = { ...IMAGE_DEFAULTS, ...written.image };
  const nodes = resolveNodes(written.nodes, defaultMachines(catalogue, image.architecture));
  const simulator = { ...SIMULATOR_DEFAULTS, account: name, ...written.simulator };
  return {
    name,
    provider,
    domain,
    region,
    zones: written.zones ?? catalogue.regions.get(region)?.slice(0, ZONES_DEFAULT) ?? [],
    image,
    nodes,
    network: resolveNetwork(written.network),
    dns: { zone: 'create', ...written.dns },
    access: resolveAccess(written.access),
    storage: { replicas: replicasOn(nodes.storage ?? nodes.converged), ...written.storage },
    monitoring: written.monitoring ?? false,
    ...resolveTags(written.tags),
    ...(provider === 'simulator' && { simulator }),
  };
}

const IMAGE_DEFAULTS = { system: SYSTEMS[0], architecture: 'amd64' } as const;

/** What has no public address is reached through a balancer. */
function resolveNetwork(written: PartialFile['network'] = {}): ClusterSpec['network'] {
  const { topology = 'public', balancer = topology === 'private' } = written;
  const defaults = { ...RANGE_DEFAULTS, nat: 'per-zone', addresses: 'fixed' } as const;
  return { ...defaults, ...written, topology, balancer };
}

function resolveAccess({ from = [], 'ssh-key': key }: NonNullable<PartialFile['access']> = {}): ClusterSpec['access'] {
  return { from, ...(key !== undefined && { sshPublicKey: withoutComment(key) }) };
}

/** An empty section says as much as none. */
function resolveTags(tags: PartialFile['tags'] = {}): Pick<ClusterSpec, 'tags'> {
  return Object.keys(tags).length === 0 ? {} : { tags };
}

/** Each copy lies on a node of its own. */
function replicasOn(group: NodeGroup | undefined): number {
  return Math.min(REPLICAS_DEFAULT, group?.count ?? REPLICAS_DEFAULT);
}

/** Which groups a cluster has: converged ones stand alone, all others together. */
export function topologyOf(nodes: WrittenNodes | undefined): readonly RoleKey[] {
  return nodes?.converged === undefined ? ['control-plane', 'worker', 'storage'] : ['converged'];
}

function resolveNodes(
  written: WrittenNodes | undefined,
  machinesOf: (role: RoleKey) => readonly string[],
): ClusterSpec['nodes'] {
  return Object.fromEntries(
    topologyOf(written).map((role): [string, NodeGroup] => [
      ROLES[role].field,
      resolveGroup(role, written?.[role] ?? {}, machinesOf(role)),
    ]),
  );
}

function resolveGroup(role: RoleKey, written: WrittenGroup, machines: readonly string[]): NodeGroup {
  const { count, disk, isStore } = ROLES[role];
  const { min, max, machine, spot } = written;
  return {
    count: written.count ?? count,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(spot !== undefined && { spot }),
    machines: machine === undefined ? machines : [machine].flat(),
    systemDiskGiB: parseGiB(written.disk ?? disk),
    dataDisksGiB: isStore ? (written['data-disks'] ?? DATA_DISKS_DEFAULT).map(parseGiB) : [],
  };
}

/** The cheapest that are large enough for a role: several, for when the provider has none left of one. */
function defaultMachines(
  { machineTypes }: Catalogue,
  architecture: Architecture,
): (role: RoleKey) => readonly string[] {
  const byPrice = [...machineTypes]
    .filter(([, type]) => type.architecture === architecture)
    .toSorted(([left, one], [right, other]) => one.hourlyPrice - other.hourlyPrice || (left < right ? -1 : 1));
  return (role) => {
    const enough = byPrice.filter(([, type]) => isEnough(type, role)).map(([name]) => name);
    return enough.slice(0, MACHINES_DEFAULT);
  };
}

function isEnough({ vcpus, memoryMiB }: MachineType, role: RoleKey): boolean {
  const { needs } = ROLES[role];
  return vcpus >= needs.vcpus && memoryMiB >= needs.memoryMiB;
}
