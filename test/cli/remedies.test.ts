import { expect, test } from 'vitest';
import { COMMANDS } from '#cli/commands.ts';
import { PROBLEM_CATALOGUE } from '#engine/problem-catalogue.ts';

/** What the program itself takes without a command. */
const OPTIONS = /^bootstrap --\w+$/;

test('every command that a problem names as the next one exists', () => {
  const named = Object.values(PROBLEM_CATALOGUE).map(({ remedy }) => remedy.split('\n').at(-1)?.trim() ?? '');
  const isKnown = (words: string): boolean =>
    OPTIONS.test(words) || COMMANDS.some(({ name }) => `${words} `.startsWith(`bootstrap ${name} `));
  expect(named.filter((words) => !isKnown(words))).toEqual([]);
});
