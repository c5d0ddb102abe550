import { expect, test } from 'vitest';
import { runDemand } from './demand-run.ts';

const RUNS = 300;

test(
  'an event changes the demand at most once, whoever receives it how often, whatever fails',
  { timeout: 60_000 },
  async () => {
    let answers = 0;
    for (let seed = 0; seed < RUNS; seed += 1) {
      const run = await runDemand(seed);
      expect(run.broken, `seed ${seed}`).toEqual([]);
      answers += run.answers;
    }
    expect(answers).toBeGreaterThan(RUNS);
  },
);
