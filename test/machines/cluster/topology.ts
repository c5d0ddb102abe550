import { env } from 'node:process';

interface Topology {
  /** As the file of the cluster has them. */
  readonly nodes: readonly string[];
  readonly controlPlanes: readonly string[];
  readonly others: readonly string[];
}

/** As few as vote, and one that does not: where processors are emulated more of them starve one another. */
const TOGETHER: Topology = {
  nodes: ['  converged: { count: 3, machine: tiny }', '  worker: { count: 1, machine: tiny }'],
  controlPlanes: ['converged-1', 'converged-2', 'converged-3'],
  others: ['worker-1'],
};

/** Every role on machines of its own. */
const APART: Topology = {
  nodes: [
    '  control-plane: { count: 3, machine: tiny }',
    '  worker: { count: 1, machine: tiny }',
    '  storage: { count: 1, machine: tiny }',
  ],
  controlPlanes: ['control-plane-1', 'control-plane-2', 'control-plane-3'],
  others: ['storage-1', 'worker-1'],
};

export const TOPOLOGY = env['BOOTSTRAP_MACHINES'] === 'apart' ? APART : TOGETHER;
