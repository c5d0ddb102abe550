import type { ClusterSpec, NodeGroup } from '#config/cluster-file.ts';
import { ROLE_KEYS, type RoleKey } from '#config/roles.ts';

/** What a node is for. A converged node is all of it at once. */
export const ROLES = ROLE_KEYS;
export type Role = RoleKey;

/** How many nodes of each role are wanted now; a role that is not named has as many as the file says. */
export type Demand = Readonly<Partial<Record<Role, number>>>;

export function groupOf({ nodes }: ClusterSpec, role: Role): NodeGroup | undefined {
  return role === 'control-plane' ? nodes.controlPlane : nodes[role];
}

export function isControlPlane(role: Role): boolean {
  return role === 'control-plane' || role === 'converged';
}

export function servesSites(role: Role): boolean {
  return role === 'worker' || role === 'converged';
}

/** What a node reports on its way, in this order. */
export function stagesOf(role: Role): readonly string[] {
  const begin = ['network', 'packages', 'overlay'];
  const storage = role === 'storage' || role === 'converged' ? ['storage'] : [];
  const control = isControlPlane(role) ? ['seat', 'etcd', 'apiserver'] : [];
  return [...begin, ...control, ...storage, 'kubelet', 'ready'];
}
