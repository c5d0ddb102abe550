import type { Play } from '../programme.ts';
import { clusterRepertoire } from './cluster-repertoire.ts';
import type { ClusterScenario } from './cluster-scenario.ts';

/** The real provider on the simulated account, in the shapes that clusters have. */
export const clusterPlay: Play<ClusterScenario> = {
  repertoire: clusterRepertoire,
  worker: new URL('../cluster-worker.ts', import.meta.url),
  chunk: 5,
  quick: {
    scanSeeds: [1],
    strideOf: ({ cluster }) => (cluster === 'single' ? 5 : 0),
    randomRuns: 500,
    determinismRuns: 10,
  },
  long: {
    scanSeeds: [1],
    strideOf: ({ cluster }) => (cluster === 'single' ? 1 : 50),
    randomRuns: 3_000,
    determinismRuns: 50,
  },
};
