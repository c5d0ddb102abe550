/** What can go wrong between this program and the API of a cluster. */
export const KUBERNETES_PROBLEMS = {
  'kubernetes.absent': {
    summary: 'This cluster has no Kubernetes API',
    blame: 'user',
    remedy: 'Nothing was changed. See what it has:\n  bootstrap status NAME',
  },
  'kubernetes.unreachable': {
    summary: 'The Kubernetes API did not answer',
    blame: 'provider',
    remedy: 'Nothing was changed. See how far the nodes have come:\n  bootstrap status NAME',
  },
  'manifests.unreadable': {
    summary: 'The folder of manifests cannot be read',
    blame: 'user',
    remedy:
      'Nothing was changed. Bring the folder to this workstation, or name another in the cluster file, then see what would be made:\n  bootstrap plan NAME',
  },
  'manifests.invalid': {
    summary: 'The manifests cannot be used',
    blame: 'user',
    remedy: 'Nothing was changed. Mend the lines named above, then see what would be made:\n  bootstrap plan NAME',
  },
  'manifests.no-kubernetes': {
    summary: 'There are manifests, and no Kubernetes that could take them',
    blame: 'user',
    remedy:
      'Nothing was changed. Name assets that have Kubernetes, or take the folder out of the cluster file; see what the machines are given:\n  bootstrap assets list',
  },
  'kubeconfig.foreign': {
    summary: 'A file is in the place where the kubeconfig is to go',
    blame: 'user',
    remedy:
      'It was not written by this program and stays as it is. Name another:\n  bootstrap kubeconfig NAME --out FILE',
  },
} as const;
