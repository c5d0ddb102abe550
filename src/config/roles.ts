import type { MachineType } from '#provider/catalogue.ts';

/** What a group of nodes is given when the file says nothing, and what it may have. */
export interface RoleRules {
  /** As it is called in the file. */
  readonly key: RoleKey;
  /** As it is called in the resolved cluster. */
  readonly field: 'controlPlane' | 'worker' | 'storage' | 'converged';
  readonly description: string;
  readonly count: number;
  readonly countMax: number;
  /** They vote, so there has to be an odd number of them. */
  readonly isVoter: boolean;
  /** They hold the data, on blank disks of their own. */
  readonly isStore: boolean;
  readonly disk: string;
  /** What a machine needs to be chosen without being named; with less than half of it, one that was named is doubtful. */
  readonly needs: Pick<MachineType, 'vcpus' | 'memoryMiB'>;
}

export const ROLE_KEYS = ['control-plane', 'worker', 'storage', 'converged'] as const;
export type RoleKey = (typeof ROLE_KEYS)[number];

const GIB = 1024;

export const ROLES: Readonly<Record<RoleKey, RoleRules>> = {
  'control-plane': {
    key: 'control-plane',
    field: 'controlPlane',
    description: 'Nodes that run the control plane: etcd and the Kubernetes API.',
    count: 3,
    countMax: 7,
    isVoter: true,
    isStore: false,
    disk: '30GiB',
    needs: { vcpus: 2, memoryMiB: 8 * GIB },
  },
  worker: {
    key: 'worker',
    field: 'worker',
    description: 'Nodes that run the sites.',
    count: 3,
    countMax: 1_000,
    isVoter: false,
    isStore: false,
    disk: '50GiB',
    needs: { vcpus: 2, memoryMiB: 8 * GIB },
  },
  storage: {
    key: 'storage',
    field: 'storage',
    description: 'Nodes that hold the data. One more than the copies, and one of them can be taken away.',
    count: 4,
    countMax: 112,
    isVoter: false,
    isStore: true,
    disk: '30GiB',
    needs: { vcpus: 2, memoryMiB: 8 * GIB },
  },
  converged: {
    key: 'converged',
    field: 'converged',
    description: 'Nodes with every role at once, instead of the groups above. Three of them are highly available.',
    count: 3,
    countMax: 7,
    isVoter: true,
    isStore: true,
    disk: '50GiB',
    needs: { vcpus: 4, memoryMiB: 16 * GIB },
  },
};
