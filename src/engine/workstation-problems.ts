/** What can go wrong with machines that are looked after from a workstation. */
export const WORKSTATION_PROBLEMS = {
  'workstation.program-missing': {
    summary: 'A program is not installed on this workstation',
    blame: 'user',
    remedy: 'Nothing was changed. Install it, then see what there is to work with:\n  bootstrap status NAME',
  },
  'provider.lacks-verb': {
    summary: 'Machines of this provider cannot be reached in this way',
    blame: 'user',
    remedy: 'Only machines of a workstation are. See where those of this cluster are:\n  bootstrap status NAME',
  },
  'node.unknown': {
    summary: 'The cluster has no machine of such a node',
    blame: 'user',
    remedy: 'Nothing was changed. See which nodes there are:\n  bootstrap status NAME',
  },
  'node.unanswered': {
    summary: 'A machine did not answer',
    blame: 'provider',
    remedy: 'Nothing was changed. See how it is, then ask again:\n  bootstrap status NAME',
  },
  'etcd.absent': {
    summary: 'No machine that answers runs etcd',
    blame: 'provider',
    remedy: 'Nothing was changed. See how far the nodes have come:\n  bootstrap status NAME',
  },
  'etcd.not-restored': {
    summary: 'The data of etcd was not restored everywhere',
    blame: 'provider',
    remedy:
      'When the cause is gone, do it again: it goes on from there. See how etcd is:\n  bootstrap etcd status NAME',
  },
  'etcd.snapshot-failed': {
    summary: 'No snapshot of etcd was brought here',
    blame: 'provider',
    remedy: 'Nothing was changed. See how etcd is, then try again:\n  bootstrap etcd status NAME',
  },
} as const;
