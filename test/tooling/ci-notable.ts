import { relative } from 'node:path';
import { z } from 'zod';
import type { Outcome } from './ci-counts.ts';
import type { Verdict } from './ci-rungs.ts';
import { repository } from './repository.ts';

const LAST_LINES = 30;
const MESSAGE_LINES = 12;

const Test = z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) });
const File = z.object({ name: z.string(), status: z.string(), message: z.string(), assertionResults: z.array(Test) });
const VitestReport = z.object({ testResults: z.array(File) });
type TestFile = z.output<typeof File>;

/**
 * What the reader of the report has to know of a rung, for of a long run often only the end is kept: what failed and why,
 * and what failed at first and passed when it was tried again.
 */
export function notableIn(verdict: Verdict, outcome: Outcome): readonly string[] {
  const parsed = verdict === 'vitest' ? readReport(outcome.report) : undefined;
  if (parsed !== undefined) return parsed.testResults.flatMap(notableInFile);
  if (outcome.exitCode === 0) return [];
  const ends = [outcome.output, outcome.complaints].filter((text) => text.trim() !== '').flatMap(endOf);
  return [`ended with ${outcome.exitCode}:`, ...ends.map(indented)];
}

function endOf(text: string): readonly string[] {
  return text.trimEnd().split('\n').slice(-LAST_LINES);
}

function readReport(report: string | undefined): z.output<typeof VitestReport> | undefined {
  return report === undefined ? undefined : VitestReport.safeParse(JSON.parse(report)).data;
}

function notableInFile({ name, status, message, assertionResults }: TestFile): readonly string[] {
  const path = relative(repository, name);
  const whole = status === 'failed' && message !== '' ? [`failed: ${path}`, ...cut(message)] : [];
  const tests = assertionResults.flatMap(({ fullName, status: end, failureMessages }) => {
    if (end === 'passed' && failureMessages.length === 0) return [];
    const verdict = end === 'passed' ? 'unsteady' : end;
    return [`${verdict}: ${path} > ${fullName}`, ...failureMessages.flatMap(cut)];
  });
  return [...whole, ...tests];
}

/** Where in the code of others it came by says nothing. */
function cut(message: string): readonly string[] {
  const lines = message.split('\n').filter((line) => !line.includes('node_modules') && line.trim() !== '');
  return lines.slice(0, MESSAGE_LINES).map(indented);
}

function indented(line: string): string {
  return `    ${line}`;
}
