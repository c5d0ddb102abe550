import { expect, test } from 'vitest';
import { carryOutProgramme } from './programme.ts';
import { failureLines } from './report.ts';
import { formatScenario, parseScenario, randomScenario } from './scenario.ts';

const SECONDS_MAX = 30;

test('no crash, no freeze and no fault breaks an invariant', { timeout: 2 * SECONDS_MAX * 1_000 }, async () => {
  const options = { scanSeeds: [1], scanStride: 29, randomRuns: 700, determinismRuns: 25, secondsMax: SECONDS_MAX };
  const { failures, unlike, runs, covered } = await carryOutProgramme(options);
  expect(failures.flatMap(failureLines)).toEqual([]);
  expect(unlike).toEqual([]);
  expect(covered).toBeGreaterThan(1_000);
  expect(runs).toBeGreaterThan(100);
});

test('a scenario survives being written on a command line', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const scenario = randomScenario(seed);
    expect(parseScenario(formatScenario(scenario))).toEqual(scenario);
  }
});
