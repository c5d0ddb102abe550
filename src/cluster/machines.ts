import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Constructs, Machine, MachineRole, RegionScope, StateBucket } from '#provider/constructs.ts';
import type { MachineBasis } from './machine-basis.ts';
import type { RegionNetwork } from './network.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';
import type { Member } from './roster.ts';

/** Whose machines are given up one after the other. */
export const QUORUM_TURN = 'control-plane';

export interface MachinesSpec {
  readonly spec: ClusterSpec;
  readonly roster: readonly Member[];
  readonly regionNetwork: RegionNetwork;
  readonly bucket: StateBucket;
  readonly basis: MachineBasis;
}

export interface PlacedMember {
  readonly member: Member;
  readonly machine: Machine;
}

/** All machines at once: none waits for another. */
export function declareMachines(
  constructs: Constructs,
  scope: RegionScope,
  machines: MachinesSpec,
): readonly PlacedMember[] {
  const { spec, roster, regionNetwork, bucket, basis } = machines;
  const machineRoles = new Map<Role, MachineRole>();
  const machineRoleOf = (role: Role): MachineRole => {
    const bringsSnapshots = isControlPlane(role);
    const known = machineRoles.get(role) ?? constructs.machineRole(scope, { name: role, bucket, bringsSnapshots });
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
      // The quorum is on them: it never lacks more than one.
      turn: isControlPlane(role) ? QUORUM_TURN : undefined,
    });
    return { member, machine };
  });
}

/** Whether people come to the machine itself: also beside a balancer, so that none of them is lost when it comes or goes. */
function hasKnownAddress({ network }: ClusterSpec, role: Role): boolean {
  return network.topology === 'public' && (isControlPlane(role) || servesSites(role));
}
