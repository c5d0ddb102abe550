import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Ref } from '#engine/ref.ts';
import { node } from '#host/node.ts';
import type { Constructs, Machine, MachineRole, RegionScope, StateBucket } from '#provider/constructs.ts';
import type { Secret } from '#std/secret.ts';
import type { MachineBasis } from './machine-basis.ts';
import type { RegionNetwork } from './network.ts';
import { isControlPlane, type Role, servesSites, stagesOf } from './roles.ts';
import type { Member } from './roster.ts';

export interface NodesSpec {
  readonly spec: ClusterSpec;
  readonly roster: readonly Member[];
  readonly regionNetwork: RegionNetwork;
  readonly bucket: StateBucket;
  readonly basis: MachineBasis;
  readonly presharedKey: Ref<Secret>;
}

export interface PlacedMember {
  readonly member: Member;
  readonly machine: Machine;
}

/** All machines at once, and on each the node that it becomes by itself. */
export function declareNodes(constructs: Constructs, scope: RegionScope, nodes: NodesSpec): readonly PlacedMember[] {
  const { spec, roster, regionNetwork, bucket, basis, presharedKey } = nodes;
  const machineRoles = new Map<Role, MachineRole>();
  // Only the control plane has business with the provider.
  const machineRoleOf = (role: Role): MachineRole | undefined => {
    if (!isControlPlane(role)) return undefined;
    const known = machineRoles.get(role) ?? constructs.machineRole(scope, { name: role, bucket });
    machineRoles.set(role, known);
    return known;
  };
  return roster.map((member) => {
    const { name, role, group, zones } = member;
    const isNamed = hasKnownAddress(spec, role);
    const isFixed = isNamed && spec.network.addresses === 'fixed';
    const machine = constructs.machine(scope, {
      ...basis,
      name,
      role,
      zones,
      types: group.machines,
      network: regionNetwork.network,
      ...regionNetwork.firewallsOf(role),
      machineRole: machineRoleOf(role),
      systemDiskGiB: group.systemDiskGiB,
      dataDisksGiB: group.dataDisksGiB,
      spot: group.spot,
      isNamed,
      fixedAddress: isFixed ? constructs.address(scope, { name }) : undefined,
    });
    declareNode(scope, member, { machine, presharedKey, stages: stagesUpTo(constructs.lastStage, role) });
    return { member, machine };
  });
}

function stagesUpTo(last: string | undefined, role: Role): readonly string[] {
  const all = stagesOf(role);
  return last === undefined ? all : all.slice(0, all.indexOf(last) + 1);
}

/** Whether people come to the machine itself: also beside a balancer, so that none of them is lost when it comes or goes. */
function hasKnownAddress({ network }: ClusterSpec, role: Role): boolean {
  return network.topology === 'public' && (isControlPlane(role) || servesSites(role));
}

interface Becoming {
  readonly machine: Machine;
  readonly presharedKey: Ref<Secret>;
  readonly stages: readonly string[];
}

function declareNode(scope: RegionScope, member: Member, { machine, presharedKey, stages }: Becoming): void {
  const { name, role, zones, overlayAddress, podCidr } = member;
  const { region, builder } = scope;
  const inputs = { name, role, region, zone: zones[0] ?? '', mailbox: machine.mailbox, overlayAddress, podCidr };
  builder.declare(
    node,
    `${region}.node.${name}`,
    { ...inputs, presharedKey, stages },
    { within: machine.address, dependsOn: machine.settled },
  );
}
