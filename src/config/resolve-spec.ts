import type { Architecture, Catalogue, GroupDefaults, MachineType } from '#provider/catalogue.ts';
import type { ClusterSpec, NodeGroup } from './cluster-file.ts';
import { groupDefaults, zonesDefault } from './group-defaults.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { parseGiB } from './size.ts';
import { withoutComment } from './ssh-key.ts';
import { RANGE_DEFAULTS } from './written-network.ts';
import { ANYWHERE } from './written-openings.ts';
import { LOCAL_DEFAULTS, REPLICAS_DEFAULT, SIMULATOR_DEFAULTS, SYSTEMS, type PartialFile } from './written-file.ts';
import type { WrittenGroup, WrittenNodes } from './written-nodes.ts';

const MACHINES_DEFAULT = 3;

/** Fills in every default. What the file should have said and did not is empty: checks find that, not this. */
export function resolveSpec(written: PartialFile, catalogue: Catalogue): ClusterSpec {
  const { name = '', provider = 'simulator', domain = '', region = catalogue.defaultRegion } = written;
  const image = resolveImage(written.image, catalogue);
  const nodes = resolveNodes(written.nodes, catalogue, defaultMachines(catalogue, image.architecture));
  return {
    name,
    provider,
    domain,
    region,
    zones: written.zones ?? catalogue.regions.get(region)?.slice(0, zonesDefault(catalogue)) ?? [],
    image,
    ...resolveAssets(written.assets),
    ...(written.manifests !== undefined && { manifests: written.manifests }),
    nodes,
    network: resolveNetwork(written.network, provider),
    dns: { zone: 'create', ...written.dns },
    access: resolveAccess(written.access),
    storage: { replicas: replicasOn(nodes.storage ?? nodes.converged), ...written.storage },
    monitoring: written.monitoring ?? false,
    ...resolveTags(written.tags),
    ...resolveOwnSection(written, provider, name),
  };
}

function resolveImage(written: PartialFile['image'], { defaults }: Catalogue): ClusterSpec['image'] {
  return { system: SYSTEMS[0], architecture: defaults?.architecture ?? 'amd64', ...written };
}

/** An empty section says as much as none. */
function resolveAssets(assets: PartialFile['assets'] = {}): Pick<ClusterSpec, 'assets'> {
  return Object.keys(assets).length === 0 ? {} : { assets };
}

/** What only the provider of that name has. */
function resolveOwnSection(
  written: PartialFile,
  provider: ClusterSpec['provider'],
  name: string,
): Pick<ClusterSpec, 'simulator' | 'local'> {
  switch (provider) {
    case 'aws':
      return {};
    case 'simulator':
      return { simulator: { ...SIMULATOR_DEFAULTS, account: name, ...written.simulator } };
    case 'local':
      return { local: { ...LOCAL_DEFAULTS, ...written.local } };
  }
}

/** What has no public address is reached through a balancer. A workstation has no addresses to give away. */
function resolveNetwork(
  { open = [], ...written }: NonNullable<PartialFile['network']> = {},
  provider: ClusterSpec['provider'],
): ClusterSpec['network'] {
  const { topology = 'public', balancer = topology === 'private' } = written;
  const addresses = provider === 'local' ? 'dynamic' : 'fixed';
  const defaults = { ...RANGE_DEFAULTS, nat: 'per-zone', addresses } as const;
  const openings = open.map(({ port, through = port, protocol = 'tcp', from = [ANYWHERE] }) => {
    return { port, through, protocol, from };
  });
  return { ...defaults, ...written, topology, balancer, ...(openings.length > 0 && { open: openings }) };
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

/** Which groups a cluster has: converged ones need no others, and workers may stand beside them. */
export function topologyOf(nodes: WrittenNodes | undefined): readonly RoleKey[] {
  if (nodes?.converged === undefined) return ['control-plane', 'worker', 'storage'];
  return nodes.worker === undefined ? ['converged'] : ['converged', 'worker'];
}

function resolveNodes(
  written: WrittenNodes | undefined,
  catalogue: Catalogue,
  machinesOf: (role: RoleKey) => readonly string[],
): ClusterSpec['nodes'] {
  return Object.fromEntries(
    topologyOf(written).map((role): [string, NodeGroup] => [
      ROLES[role].field,
      resolveGroup(written?.[role] ?? {}, groupDefaults(role, catalogue), {
        machines: machinesOf(role),
        isStore: ROLES[role].isStore,
      }),
    ]),
  );
}

function resolveGroup(
  written: WrittenGroup,
  defaults: GroupDefaults,
  { machines, isStore }: { readonly machines: readonly string[]; readonly isStore: boolean },
): NodeGroup {
  const { count = defaults.count, min, max, machine, spot, disk } = written;
  const dataDisksGiB = written['data-disks']?.map(parseGiB) ?? defaults.dataDisksGiB;
  return {
    count,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(spot !== undefined && { spot }),
    machines: machine === undefined ? machines : [machine].flat(),
    systemDiskGiB: disk === undefined ? defaults.systemDiskGiB : parseGiB(disk),
    dataDisksGiB: isStore ? dataDisksGiB : [],
  };
}

/** The cheapest that are large enough for a role: several, for when the provider has none left of one. */
function defaultMachines(catalogue: Catalogue, architecture: Architecture): (role: RoleKey) => readonly string[] {
  const byPrice = [...catalogue.machineTypes]
    .filter(([, type]) => type.architecture === architecture)
    .toSorted(([left, one], [right, other]) => {
      return one.hourlyPrice - other.hourlyPrice || one.memoryMiB - other.memoryMiB || (left < right ? -1 : 1);
    });
  return (role) => {
    const { needs } = groupDefaults(role, catalogue);
    const enough = byPrice.filter(([, type]) => isEnough(type, needs)).map(([name]) => name);
    return enough.slice(0, catalogue.defaults?.machineTypes ?? MACHINES_DEFAULT);
  };
}

function isEnough({ vcpus, memoryMiB }: MachineType, needs: GroupDefaults['needs']): boolean {
  return vcpus >= needs.vcpus && memoryMiB >= needs.memoryMiB;
}
