import { describe, expect, test } from 'vitest';
import type { Wishes } from './casting.ts';
import { INTERRUPTIONS } from './interruption.ts';
import { Scene } from './scene.ts';
import type { CalmScenario, Family, Scenario } from './scenario.ts';
import { Stage } from './stage.ts';

const SEEDS = 10;

/** One test for each scenario and each way to cut it short. */
export function playFamily(family: Family): void {
  describe.each(Object.entries(family))('%s', (_name, scenario) => {
    playScenario(scenario);
  });
}

export function playScenario(scenario: Scenario): void {
  test.each(performancesOf(scenario))('$title', async ({ play, wishes = {} }) => {
    await expect(playSeeds(play, wishes)).resolves.toEqual([]);
  });
}

type Performance = CalmScenario;

function performancesOf(scenario: Scenario): readonly Performance[] {
  if ('play' in scenario) return [scenario];
  const { title, wishes = {}, playCut } = scenario;
  return [...INTERRUPTIONS].map(([how, meaning]) => ({
    title: `${title} · the first operator is ${meaning}`,
    wishes,
    play: (stage) => playCut(stage, how),
  }));
}

/** Once for each seed, every second time in a storm; answers what went wrong. */
async function playSeeds(play: Performance['play'], wishes: Wishes): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const scene = new Scene({ seed, isStormy: seed % 2 === 0, wishes });
    try {
      await play(new Stage(scene));
    } catch (error) {
      const violations = scene.checker.violations.map(({ invariant, detail }) => `${invariant}: ${detail}`);
      failures.push([`seed ${seed}: ${String(error)}`, ...violations].join('\n'));
    }
  }
  return failures;
}
