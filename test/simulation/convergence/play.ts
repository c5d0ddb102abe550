import { describe, test } from 'vitest';
import { INTERRUPTIONS } from './interruption.ts';
import { Scene } from './scene.ts';
import type { Family, Scenario } from './scenario.ts';
import { Stage } from './stage.ts';

const SEEDS = 10;

/** One test for each scenario and each way to cut it short; each plays it once per seed, every second time in a storm. */
export function playFamily(family: Family): void {
  for (const [name, scenario] of Object.entries(family)) describe(name, () => playScenario(scenario));
}

export function playScenario(scenario: Scenario): void {
  const { title, twins = [] } = scenario;
  if ('play' in scenario) test(title, () => playSeeds(twins, scenario.play));
  else
    for (const [how, meaning] of INTERRUPTIONS)
      test(`${title} · the first operator is ${meaning}`, () =>
        playSeeds(twins, (stage) => scenario.playCut(stage, how)));
}

async function playSeeds(twins: readonly string[], play: (stage: Stage) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const scene = new Scene({ seed, isStormy: seed % 2 === 0, twins });
    try {
      await play(new Stage(scene));
    } catch (error) {
      const violations = scene.checker.violations.map(({ invariant, detail }) => `${invariant}: ${detail}`);
      throw new Error([`with seed ${seed}`, String(error), ...violations].join('\n'), { cause: error });
    }
  }
}
