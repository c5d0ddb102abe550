/** The machines of these ask for a certificate of the quorum's. */
const QUORUM_ROLES: ReadonlySet<string> = new Set(['control-plane', 'converged']);

/** What a machine of a role makes keys for, before anybody has told it what it becomes. */
export function purposesOf(role: string): readonly string[] {
  return QUORUM_ROLES.has(role) ? ['etcd'] : [];
}
