import type { ClusterSpec, NodeGroup } from '#config/cluster-file.ts';
import { overlayAddress, podCidr, slotOf } from './address-plan.ts';
import { type Demand, groupOf, type Role, ROLES } from './roles.ts';

/** One node that is wanted: everything that is known of it before it boots. */
export interface Member {
  readonly name: string;
  readonly role: Role;
  readonly group: NodeGroup;
  /** Its own zone first; the others only where it may move. */
  readonly zones: readonly string[];
  readonly overlayAddress: string;
  readonly podCidr: string;
}

/** Every node of a region, numbered within its role: growing adds the highest number, shrinking takes it away. */
export function rosterOf(spec: ClusterSpec, demand: Demand): readonly Member[] {
  return ROLES.flatMap((role) => {
    const group = groupOf(spec, role);
    if (group === undefined) return [];
    const count = demand[role] ?? group.count;
    return Array.from({ length: count }, (_, index) => member(spec, group, role, index + 1));
  });
}

function member({ zones, network }: ClusterSpec, group: NodeGroup, role: Role, number: number): Member {
  const slot = slotOf(role, number);
  const home = (number - 1) % zones.length;
  const rotated = [...zones.slice(home), ...zones.slice(0, home)];
  return {
    name: `${role}-${number}`,
    role,
    group,
    // Quorum and replicas count on where they are; a worker may stand anywhere.
    zones: role === 'worker' ? rotated : rotated.slice(0, 1),
    overlayAddress: overlayAddress(network.overlay, slot),
    podCidr: podCidr(network.pods, slot),
  };
}
