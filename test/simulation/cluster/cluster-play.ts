import type { Play } from '../programme.ts';
import { clusterRepertoire, memberRepertoire } from './cluster-repertoire.ts';
import type { ClusterScenario } from './cluster-scenario.ts';
import type { ClusterShape } from './cluster-specs.ts';

/** Every so-manieth half-step is struck; 0: none. */
const QUICK: Strides = { single: 60, private: 240, guest: 240, converged: 0, ha: 0 };
const LONG: Strides = { single: 20, private: 70, guest: 70, converged: 200, ha: 250 };

type Strides = Readonly<Record<ClusterShape, number>>;

/** Of a rotation most half-steps are looks at who has confirmed. */
const LOOKS_OF_ROTATION = 5;

export function strideIn(strides: Strides): (scenario: ClusterScenario) => number {
  return ({ cluster, operation }) => strides[cluster] * (operation === 'rotate' ? LOOKS_OF_ROTATION : 1);
}

/** The real provider on the simulated account, in the shapes that clusters have. */
export const clusterPlay: Play<ClusterScenario> = {
  repertoire: clusterRepertoire,
  worker: new URL('../cluster-worker.ts', import.meta.url),
  chunk: 5,
  quick: { scanSeeds: [1], strideOf: strideIn(QUICK), randomRuns: 1_000, determinismRuns: 20 },
  long: { scanSeeds: [1], strideOf: strideIn(LONG), randomRuns: 1_000, determinismRuns: 25 },
};

/** The same with the members of etcd. */
export const memberPlay: Play<ClusterScenario> = {
  ...clusterPlay,
  repertoire: memberRepertoire,
  worker: new URL('../members-worker.ts', import.meta.url),
};
