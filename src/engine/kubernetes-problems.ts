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
  'kubeconfig.foreign': {
    summary: 'A file is in the place where the kubeconfig is to go',
    blame: 'user',
    remedy:
      'It was not written by this program and stays as it is. Name another:\n  bootstrap kubeconfig NAME --out FILE',
  },
} as const;
