import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planChanges } from '#engine/plan.ts';
import { kinds } from './support/bricks.ts';
import { worlds, type World } from './support/random-worlds.ts';
import { stateOf } from './support/scenario.ts';
import { namedSteps, stuckSteps, type NamedSteps } from './support/steps.ts';

const RUNS = { numRuns: 3000 };

function stepsOf({ blueprint, records, seen }: World): NamedSteps {
  const state = stateOf(records);
  return namedSteps(planChanges(blueprint, state, { types: kinds, observations: seen }).changes, state);
}

test('no plan, however mixed, makes steps that wait for one another', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { steps, nameOf } = stepsOf(world);
      expect(stuckSteps(steps).map(nameOf)).toEqual([]);
    }),
    RUNS,
  );
});
