import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Visitor, parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { asProblem, isProblem, Problem, problem } from '#engine/problem.ts';
import { PROBLEM_CATALOGUE } from '#engine/problem-catalogue.ts';
import { readCode, repository } from '../tooling/repository.ts';
import { markedTable, problemTable, tableRows } from './support/problem-table.ts';
import { at } from './support/scenario.ts';

const CATALOGUE_FILE = 'src/engine/problem-catalogue.ts';
const catalogue = Object.entries(PROBLEM_CATALOGUE);
const codes = catalogue.map(([code]) => code);

describe.each(catalogue)('%s', (_code, { summary, remedy, blame }) => {
  test('is summed up in one phrase without values', () => {
    expect(summary).toMatch(/^[A-Z][A-Za-z ',]+$/);
  });

  test('ends its remedy with an indented command, alone on its line', () => {
    const lines = remedy.split('\n');
    expect(lines.at(-1)).toMatch(/^ {2}bootstrap( (--)?[a-z]+)+( [A-Z]+)?( --[a-z]+( [A-Z]+)?)*$/);
    expect(lines.slice(0, -1).filter((line) => line.startsWith(' '))).toEqual([]);
    expect(lines.at(-2)).toMatch(/^[A-Z].+:$/);
  });

  test('blames somebody', () => {
    expect(['user', 'provider', 'us']).toContain(blame);
  });
});

describe('the catalogue', () => {
  test('says nothing twice', () => {
    const summaries = catalogue.map(([, { summary }]) => summary);
    expect(summaries.filter((summary, place) => summaries.indexOf(summary) !== place)).toEqual([]);
  });

  const product = readCode(['src', 'providers']).filter(({ path }) => path !== CATALOGUE_FILE);
  const literals = product.map(({ path, text }) => ({ path, ...literalsIn(path, text) }));

  test('holds no code that nobody can meet', () => {
    const used = new Set(literals.flatMap(({ all }) => all));
    expect(codes.filter((code) => !used.has(code))).toEqual([]);
  });

  test('holds every code that is made into a problem', () => {
    const made = literals.flatMap(({ path, made: inFile }) => inFile.map((code) => ({ path, code })));
    expect(made.length).toBeGreaterThan(20);
    expect(made.filter(({ code }) => !codes.includes(code))).toEqual([]);
  });

  test('is what the README shows', () => {
    const readme = join(repository, 'README.md');
    const shown = existsSync(readme) ? markedTable(readFileSync(readme, 'utf8')) : undefined;
    expect(tableRows(shown ?? ''), `The README wants:\n${problemTable()}`).toEqual(tableRows(problemTable()));
  });
});

describe('a problem', () => {
  const full = problem('call.quota', {
    detail: '5 of 5 networks',
    address: at('network.vpc'),
    cause: new Error('VpcLimitExceeded'),
  });

  test('carries the words of the catalogue and the values of its case', () => {
    expect(full.message).toBe('A quota of the account is used up: 5 of 5 networks');
    expect(Object.fromEntries(Object.entries(full))).toEqual({
      name: 'Problem',
      code: 'call.quota',
      summary: 'A quota of the account is used up',
      detail: '5 of 5 networks',
      remedy: PROBLEM_CATALOGUE['call.quota'].remedy,
      blame: 'user',
      address: 'network.vpc',
    });
    expect(inspect(full.cause)).toContain('VpcLimitExceeded');
  });

  test('is written without its cause, which may hold anything', () => {
    expect(JSON.parse(JSON.stringify(full))).toEqual({
      code: 'call.quota',
      summary: 'A quota of the account is used up',
      detail: '5 of 5 networks',
      remedy: PROBLEM_CATALOGUE['call.quota'].remedy,
      blame: 'user',
      address: 'network.vpc',
    });
    expect(Object.keys(problem('internal', { detail: 'x' }).toJSON())).not.toContain('address');
  });

  test('is told from other errors, and by its code from other problems', () => {
    expect(isProblem(full)).toBe(true);
    expect(isProblem(full, 'call.quota')).toBe(true);
    expect(isProblem(full, 'call.denied')).toBe(false);
    expect(isProblem(new Error('x'))).toBe(false);
  });
});

describe('whatever was thrown', () => {
  test('stays the problem that it is', () => {
    const known = problem('plan.stale', { detail: 'x' });
    expect(asProblem(known, at('other'))).toBe(known);
  });

  test.each<[string, unknown, string]>([
    ['an error', new TypeError('undefined is no function'), 'TypeError: undefined is no function'],
    ['a text', 'stop', 'stop'],
    ['nothing', undefined, 'undefined'],
  ])('becomes a defect of ours: %s', (_title, thrown, detail) => {
    const seen = asProblem(thrown, at('network.vpc'));
    expect(seen).toBeInstanceOf(Problem);
    expect([seen.code, seen.detail, seen.address, seen.cause]).toEqual(['internal', detail, 'network.vpc', thrown]);
  });
});

/** The texts of a file, and those that are handed to `problem`. */
function literalsIn(path: string, text: string): { readonly all: readonly string[]; readonly made: readonly string[] } {
  const all: string[] = [];
  const made: string[] = [];
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') all.push(value);
    },
    CallExpression: ({ callee, arguments: [code] }) => {
      if (callee.type !== 'Identifier' || !/problem$/i.test(callee.name)) return;
      if (code?.type === 'Literal' && typeof code.value === 'string') made.push(code.value);
    },
  }).visit(parseSync(path, text).program);
  return { all, made };
}
