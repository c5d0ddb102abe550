import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { validFiles } from './support/corpus.ts';
import { load } from './support/loading.ts';

type Mutation = (text: string) => string;

const PUNCTUATION = [
  '\t',
  '\0',
  '\r',
  '\n',
  '  ',
  ': ',
  '- ',
  '? ',
  '#',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  '|',
  '>-\n',
];
const DEVICES = [
  '&a ',
  '*a',
  '<<: *a',
  '!!str ',
  '!x ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '\uFEFF',
  '\u200B',
  '\u202E',
  '\uD800',
  'é',
  '"\\x1b[2J": 1\n',
  '"\\u202e"',
];
const NUMBERS = [
  'null',
  '~',
  'yes',
  '0777',
  '0x1F',
  '1e3',
  '-1',
  '0',
  '9007199254740993',
  '.inf',
  '1_000',
  '""',
  '[]',
  '{}',
];
const WORDS = ['__proto__', 'constructor', 'password', `AKIA${'A'.repeat(16)}`, '10.0.0.0/8', '../', '$(id)', 'nodes:'];
const FRAGMENTS = [...PUNCTUATION, ...DEVICES, ...NUMBERS, ...WORDS];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...FRAGMENTS))
    .map(([where, fragment]): Mutation => (text) => {
      const at = Math.floor(where * text.length);
      return text.slice(0, at) + fragment + text.slice(at);
    }),
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 20 }))
    .map(([where, length]): Mutation => (text) => {
      const at = Math.floor(where * text.length);
      return text.slice(0, at) + text.slice(at + length);
    }),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]): Mutation => (text) => {
    const lines = text.split('\n');
    lines.splice(to % lines.length, 0, lines[from % lines.length] ?? '');
    return lines.join('\n');
  }),
  fc.tuple(fc.nat(), fc.constantFrom(...FRAGMENTS)).map(([which, fragment]): Mutation => (text) => {
    const words = text.split(/(?<=[ :,[\]{}\n])/);
    words[which % words.length] = fragment;
    return words.join('');
  }),
  fc.string({ unit: 'binary', maxLength: 10 }).map(
    (noise): Mutation =>
      (text) =>
        text + noise,
  ),
);

test('whatever becomes of a file, it loads or is refused with findings that have a place in it', async () => {
  const file = fc.constantFrom(...validFiles);
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(file, fc.array(mutation, { minLength: 1, maxLength: 4 }), async ({ text }, mutations) => {
      const outcome = await outcomeOf(mutations.reduce((so, mutate) => mutate(so), text));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(['loaded', 'refused']).toContain(outcome);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(outcomes.get('loaded') ?? 0, outcomes.get('refused') ?? 0)).toBeGreaterThan(20);
}, 60_000);

async function outcomeOf(text: string): Promise<string> {
  const outcome = await load(text).catch((error: unknown) => error);
  if (!(outcome instanceof Error)) return 'loaded';
  if (!isProblem(outcome, 'config.invalid')) return inspect(outcome);
  const isPlaced = /^cluster\.yaml: \d+ errors?/.test(outcome.detail) && PLACED.test(outcome.detail);
  return isPlaced && !OBEYED.test(outcome.detail) ? 'refused' : JSON.stringify(outcome.detail);
}

const PLACED = /^cluster\.yaml:\d+:\d+ .*\(config\.[a-z0-9-]+\)$/m;
/** What a terminal does something else with than to show it. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
