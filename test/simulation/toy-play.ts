import type { Play } from './programme.ts';
import type { Scenario } from './scenario.ts';
import { toyRepertoire } from './toy-repertoire.ts';

const everyHalfStep = { scanSeeds: [1], strideOf: () => 1 };

/** The engine on a toy cloud: small and mean, so that much is tried in little time. */
export const toyPlay: Play<Scenario> = {
  repertoire: toyRepertoire,
  worker: new URL('./worker.ts', import.meta.url),
  chunk: 50,
  quick: { ...everyHalfStep, randomRuns: 4_000, determinismRuns: 100 },
  long: { ...everyHalfStep, randomRuns: 12_000, determinismRuns: 500 },
};
