import type { ClusterSpec, NodeGroup } from './cluster-file.ts';
import type { RoleKey } from './roles.ts';

/** Every node has a slot, and by it its addresses. Each role counts from its own first one, whatever the others do. */
export const FIRST_SLOT: Readonly<Record<RoleKey, number>> = {
  'control-plane': 0,
  converged: 0,
  storage: 16,
  worker: 128,
};

/** How many slots there have to be for all nodes that scaling can lead to. */
export function slotsNeeded({ nodes }: Pick<ClusterSpec, 'nodes'>): number {
  const { controlPlane, converged, storage, worker } = nodes;
  return Math.max(
    lastSlot(FIRST_SLOT['control-plane'], controlPlane),
    lastSlot(FIRST_SLOT.converged, converged),
    lastSlot(FIRST_SLOT.storage, storage),
    lastSlot(FIRST_SLOT.worker, worker),
  );
}

/** How many machines can come to stand in one zone. */
export function machinesPerZone({ nodes, zones }: Pick<ClusterSpec, 'nodes' | 'zones'>): number {
  const spread = Math.max(1, zones.length);
  const groups = [nodes.controlPlane, nodes.converged, nodes.storage, nodes.worker];
  return groups.reduce((sum, group) => sum + Math.ceil(mostOf(group) / spread), 0);
}

function lastSlot(first: number, group: NodeGroup | undefined): number {
  return group === undefined ? 0 : first + mostOf(group);
}

function mostOf(group: NodeGroup | undefined): number {
  return group === undefined ? 0 : Math.max(group.count, group.max ?? 0);
}
