import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Ref } from '#engine/ref.ts';
import { node } from '#host/node.ts';
import { PROTOCOL_FORMAT, type Stub } from '#host/protocol.ts';
import type { Constructs, Machine, MachineRole, RegionScope, StateBucket } from '#provider/constructs.ts';
import type { Secret } from '#std/secret.ts';
import type { RegionNetwork } from './network.ts';
import { isControlPlane, type Role, stagesOf } from './roles.ts';
import type { Member } from './roster.ts';

export interface NodesSpec {
  readonly spec: ClusterSpec;
  readonly roster: readonly Member[];
  readonly regionNetwork: RegionNetwork;
  readonly bucket: StateBucket;
  readonly presharedKey: Ref<Secret>;
}

export interface PlacedMember {
  readonly member: Member;
  readonly machine: Machine;
}

/** The first line of the user-data: the rest is for our own stub, not for a shell. */
const STUB_MARK = '#bootstrap-stub';

/** All machines at once, and on each the node that it becomes by itself. */
export function declareNodes(constructs: Constructs, scope: RegionScope, nodes: NodesSpec): readonly PlacedMember[] {
  const { spec, roster, regionNetwork, bucket, presharedKey } = nodes;
  const { sshPublicKey } = spec.access;
  const key = sshPublicKey === undefined ? undefined : constructs.key(scope, { publicKey: sshPublicKey });
  const image = constructs.image(scope, spec.image);
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
    const machine = constructs.machine(scope, {
      name,
      role,
      zones,
      types: group.machines,
      image,
      network: regionNetwork.network,
      ...regionNetwork.firewallsOf(role),
      key,
      machineRole: machineRoleOf(role),
      systemDiskGiB: group.systemDiskGiB,
      dataDisksGiB: group.dataDisksGiB,
      userData: stubFor(scope, bucket),
    });
    declareNode(scope, member, machine, presharedKey);
    return { member, machine };
  });
}

function declareNode(scope: RegionScope, member: Member, machine: Machine, presharedKey: Ref<Secret>): void {
  const { name, role, zones, overlayAddress, podCidr } = member;
  const { region, builder } = scope;
  const inputs = { name, role, region, zone: zones[0] ?? '', mailbox: machine.mailbox, overlayAddress, podCidr };
  builder.declare(
    node,
    `${region}.node.${name}`,
    { ...inputs, presharedKey, stages: stagesOf(role) },
    { within: machine.address },
  );
}

/** The same for every machine of a region, so that those of one role can share a launch; no secret is in it. */
function stubFor({ uid, region }: RegionScope, bucket: StateBucket): string {
  const stub: Stub = { format: PROTOCOL_FORMAT, cluster: uid, region, bucket: bucket.name };
  return `${STUB_MARK}\n${JSON.stringify(stub)}\n`;
}
