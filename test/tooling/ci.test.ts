import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addCounts, countChecks } from './ci-counts.ts';
import { notableIn } from './ci-notable.ts';
import { makeReport, printReport } from './ci-report.ts';
import { rungs } from './ci-rungs.ts';
import { readRepositoryFile, repository } from './repository.ts';

const quiet = { exitCode: 0, output: '', complaints: '', report: undefined };

describe('the counts of a rung', () => {
  test('that reads code are its exit code', () => {
    expect(countChecks('exit', quiet)).toEqual({ passed: 1, failed: 0 });
    expect(countChecks('exit', { ...quiet, exitCode: 2 })).toEqual({ passed: 0, failed: 1 });
  });

  test('that runs a script stand in its last line', () => {
    expect(countChecks('last-line', { ...quiet, output: 'seed 7\n12 passed, 0 failed\n' })).toEqual({
      passed: 12,
      failed: 0,
    });
    expect(countChecks('last-line', { ...quiet, exitCode: 1, output: '12 passed, 3 failed' })).toEqual({
      passed: 12,
      failed: 3,
    });
  });

  test.each([
    ['prints no counts', { ...quiet, output: 'all is well\n' }],
    ['prints them before its last line', { ...quiet, output: '12 passed, 0 failed\nbye\n' }],
    ['checked nothing', { ...quiet, output: '0 passed, 0 failed\n' }],
    ['prints nothing at all', quiet],
  ])('show one failure when the script %s', (_case, outcome) => {
    expect(countChecks('last-line', outcome)).toEqual({ passed: 0, failed: 1 });
  });

  test('show a failure when the exit code tells of one that the counts leave out', () => {
    expect(countChecks('last-line', { ...quiet, exitCode: 137, output: '12 passed, 0 failed' })).toEqual({
      passed: 12,
      failed: 1,
    });
  });

  test.each([
    [
      { numPassedTests: 9, numTotalTests: 9, success: true },
      { passed: 9, failed: 0 },
    ],
    [
      { numPassedTests: 7, numTotalTests: 9, success: false },
      { passed: 7, failed: 2 },
    ],
    [
      { numPassedTests: 9, numTotalTests: 9, success: false },
      { passed: 9, failed: 1 },
    ],
    [
      { numPassedTests: 0, numTotalTests: 0, success: true },
      { passed: 0, failed: 1 },
    ],
    [{ unknown: true }, { passed: 0, failed: 1 }],
  ])('of tests are those of vitest, skipped ones and files that did not load included: %j', (report, counts) => {
    expect(countChecks('vitest', { ...quiet, report: JSON.stringify(report) })).toEqual(counts);
  });

  test('of tests show one failure when vitest left no report', () => {
    expect(countChecks('vitest', quiet)).toEqual({ passed: 0, failed: 1 });
  });

  test('add up', () => {
    expect(
      addCounts([
        { passed: 2, failed: 1 },
        { passed: 3, failed: 0 },
      ]),
    ).toEqual({ passed: 5, failed: 1 });
  });
});

describe('the report', () => {
  test('is a table that ends with the sum on a line alone', () => {
    const lint = { rung: 0, name: 'lint', command: 'node --run check:lint', program: 'oxlint', version: '1.0.0' };
    const long = {
      rung: 1,
      name: 'simulation',
      command: 'node --run simulation -- --long',
      program: 'node',
      version: '24',
    };
    const report = makeReport([
      { ...lint, seconds: 0.25, passed: 1, failed: 0, notable: [] },
      { ...long, seconds: 61.04, passed: 400, failed: 2, notable: ['seed 7 diverged'] },
    ]);
    expect(printReport(report)).toMatchInlineSnapshot(`
      "simulation:
      seed 7 diverged

      rung  name        program       seconds  passed  failed  command
      0     lint        oxlint 1.0.0  0.3      1       0       node --run check:lint
      1     simulation  node 24       61.0     400     2       node --run simulation -- --long

      401 passed, 2 failed"
    `);
  });
});

describe('what is notable of a rung', () => {
  const file = { name: join(repository, 'test/a.test.ts'), status: 'failed', message: '' };
  const tests = [
    { fullName: 'steady', status: 'passed', failureMessages: [] },
    { fullName: 'slow at first', status: 'passed', failureMessages: ['Error: late\n    at node_modules/x.js:1'] },
    { fullName: 'wrong', status: 'failed', failureMessages: ['AssertionError: 1 is not 2\n    at test/a.test.ts:4'] },
  ];

  test('is each test that failed or had to be tried again, with what it said', () => {
    const report = JSON.stringify({ testResults: [{ ...file, assertionResults: tests }] });
    expect(notableIn('vitest', { ...quiet, exitCode: 1, report })).toEqual([
      'unsteady: test/a.test.ts > slow at first',
      '    Error: late',
      'failed: test/a.test.ts > wrong',
      '    AssertionError: 1 is not 2',
      '        at test/a.test.ts:4',
    ]);
  });

  test('is a file that did not load', () => {
    const report = JSON.stringify({ testResults: [{ ...file, message: 'Cannot find x', assertionResults: [] }] });
    expect(notableIn('vitest', { ...quiet, exitCode: 1, report })).toEqual([
      'failed: test/a.test.ts',
      '    Cannot find x',
    ]);
  });

  test('is the end of what a script printed that failed, and nothing when all is well', () => {
    expect(notableIn('exit', { ...quiet, exitCode: 2, output: 'one\ntwo\n', complaints: 'why\n' })).toEqual([
      'ended with 2:',
      '    one',
      '    two',
      '    why',
    ]);
    expect(notableIn('last-line', quiet)).toEqual([]);
    expect(notableIn('vitest', { ...quiet, report: JSON.stringify({ testResults: [] }) })).toEqual([]);
  });
});

describe('the ladder', () => {
  test('names only scripts that package.json has', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readRepositoryFile('package.json').text));
    expect(rungs.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
    expect(scripts['check']).toBe(
      rungs
        .filter(({ rung }) => rung === 0)
        .map(({ script }) => `node --run ${script}`)
        .join(' && '),
    );
  });
});
