import { expect, test } from 'vitest';
import { createFamily } from './create.ts';
import { replaceFamily } from './replace.ts';
import { type Scenario, SCENARIO_NAMES, type ScenarioName } from './scenario.ts';
import { updateFamily } from './update.ts';
import { userReplaceFamily } from './user-replace.ts';

/** Every name has to be here for this to compile, and every family is played by the test file of its name. */
const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  ...createFamily,
  ...updateFamily,
  ...replaceFamily,
  ...userReplaceFamily,
};

test('all 21 scenarios are told, each once', () => {
  expect(new Set(SCENARIO_NAMES).size).toBe(21);
  const told = [createFamily, updateFamily, replaceFamily, userReplaceFamily].flatMap((family) => Object.keys(family));
  expect(told.toSorted()).toEqual([...SCENARIO_NAMES].toSorted());
});

test('every title tells what happens, and no two tell the same', () => {
  const titles = Object.values(SCENARIOS).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
