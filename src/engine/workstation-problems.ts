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
} as const;
