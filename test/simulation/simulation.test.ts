import { expect, test } from 'vitest';
import { carryOutProgramme } from './programme.ts';
import { failureLines } from './report.ts';
import { formatScenario, parseScenario, randomScenario } from './scenario.ts';
import { toyPlay } from './toy-play.ts';

const SECONDS_MAX = 30;

test('no crash, no freeze and no fault breaks an invariant', { timeout: 2 * SECONDS_MAX * 1_000 }, async () => {
  const size = { scanSeeds: [1], strideOf: () => 29, randomRuns: 350, determinismRuns: 12 };
  const { failures, unlike, runs, covered } = await carryOutProgramme({ ...toyPlay, ...size, secondsMax: SECONDS_MAX });
  expect(failures.flatMap((failure) => failureLines(failure))).toEqual([]);
  expect(unlike).toEqual([]);
  expect(covered).toBeGreaterThan(200);
  expect(runs).toBeGreaterThan(100);
});

test('a scenario survives being written on a command line', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const scenario = randomScenario(seed);
    expect(parseScenario(formatScenario(scenario))).toEqual(scenario);
  }
});
