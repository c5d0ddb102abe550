/** How far a node comes by itself on a machine of this provider; a worker has nothing to do at the last. */
export const REAL_STAGES: readonly string[] = ['network', 'packages', 'overlay', 'etcd'];
