import { z } from 'zod';
import type { Verdict } from './ci-rungs.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** What a rung left behind when it ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  /** What it said on the other stream, where Node says what ended it. */
  readonly complaints: string;
  /** The text of vitest's JSON report; undefined when there is none. */
  readonly report: string | undefined;
}

const VitestReport = z.object({ numPassedTests: z.number(), numTotalTests: z.number(), success: z.boolean() });

const lastLine = /^(\d+) passed, (\d+) failed$/;

/** Reads how many checks passed. What ended badly, told nothing or checked nothing counts as a failure. */
export function countChecks(verdict: Verdict, outcome: Outcome): Counts {
  const counts = readCounts(verdict, outcome) ?? { passed: 0, failed: 1 };
  const silent = counts.failed === 0 && (outcome.exitCode !== 0 || counts.passed === 0);
  return silent ? { ...counts, failed: 1 } : counts;
}

export function addCounts(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function readCounts(verdict: Verdict, { exitCode, output, report }: Outcome): Counts | undefined {
  switch (verdict) {
    case 'exit':
      return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    case 'vitest':
      return report === undefined ? undefined : readVitest(report);
    case 'last-line':
      return readLastLine(output);
  }
}

/** A test that was skipped did not pass; a file that did not even load has no test to count. */
function readVitest(report: string): Counts | undefined {
  const parsed = VitestReport.safeParse(JSON.parse(report));
  if (!parsed.success) return undefined;
  const { numPassedTests, numTotalTests, success } = parsed.data;
  const failed = numTotalTests - numPassedTests;
  return { passed: numPassedTests, failed: failed === 0 && !success ? 1 : failed };
}

function readLastLine(output: string): Counts | undefined {
  const [, passed, failed] = lastLine.exec(output.trimEnd().split('\n').at(-1) ?? '') ?? [];
  return passed === undefined || failed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}
