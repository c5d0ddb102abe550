import type { ClusterSpec } from '#config/cluster-file.ts';

type Place = Pick<ClusterSpec, 'provider' | 'region' | 'zones' | 'image'> & { readonly machine: string };

/** The smallest cluster that has every role, and names for them. */
export function oneNode({ machine, ...place }: Place): ClusterSpec {
  return {
    ...place,
    name: 'contract',
    domain: 'contract.example.com',
    nodes: { converged: { count: 1, machines: [machine], systemDiskGiB: 10, dataDisksGiB: [1] } },
    network: {
      machines: '10.20.0.0/16',
      overlay: '10.64.0.0/16',
      pods: '10.128.0.0/9',
      services: '10.112.0.0/16',
      topology: 'public',
      nat: 'per-zone',
      balancer: false,
      addresses: 'dynamic',
    },
    dns: { zone: 'create' },
    access: { from: ['203.0.113.7/32'] },
    storage: { replicas: 1 },
    monitoring: false,
  };
}
