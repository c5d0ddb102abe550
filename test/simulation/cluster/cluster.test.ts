import { expect, test } from 'vitest';
import { carryOutProgramme } from '../programme.ts';
import { failureLines } from '../report.ts';
import { clusterPlay, strideIn } from './cluster-play.ts';
import { formatScenario, MEMBER_RATES, parseScenario, randomScenario } from './cluster-scenario.ts';

/** It ends with its runs; so long a busy machine may take. */
const SECONDS_MAX = 60;
const FEW = { single: 193, private: 0, guest: 0, converged: 0, ha: 0 };

test(
  'no crash, no freeze and no fault of an account breaks a cluster',
  { timeout: 4 * SECONDS_MAX * 1_000 },
  async () => {
    const size = { scanSeeds: [1], strideOf: strideIn(FEW), randomRuns: 12, determinismRuns: 2 };
    const result = await carryOutProgramme({ ...clusterPlay, ...size, secondsMax: SECONDS_MAX });
    expect(result.failures.flatMap((failure) => failureLines(failure, ['--cluster']))).toEqual([]);
    expect(result.unlike).toEqual([]);
    expect(result.runs).toBeGreaterThan(10);
  },
);

test('a scenario of a cluster survives being written on a command line', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const scenario = randomScenario(seed, MEMBER_RATES);
    expect(parseScenario(formatScenario(scenario))).toEqual(scenario);
  }
});
