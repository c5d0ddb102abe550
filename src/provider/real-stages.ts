/**
 * How far a node comes by itself on a machine of this provider, when there is all that the stages need. Storage is not among
 * them yet: nobody is told to pass what nobody can.
 */
export const REAL_STAGES: readonly string[] = [
  'network',
  'packages',
  'overlay',
  'seat',
  'etcd',
  'apiserver',
  'kubelet',
  'ready',
];
