import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addCounts, countChecks } from './ci-counts.ts';
import { makeReport, printReport } from './ci-report.ts';
import { rungs } from './ci-rungs.ts';
import { readRepositoryFile } from './repository.ts';

const quiet = { exitCode: 0, output: '', report: undefined };

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
      { ...lint, seconds: 0.25, passed: 1, failed: 0 },
      { ...long, seconds: 61.04, passed: 400, failed: 2 },
    ]);
    expect(printReport(report)).toMatchInlineSnapshot(`
      "rung  name        program       seconds  passed  failed  command
      0     lint        oxlint 1.0.0  0.3      1       0       node --run check:lint
      1     simulation  node 24       61.0     400     2       node --run simulation -- --long

      401 passed, 2 failed"
    `);
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
