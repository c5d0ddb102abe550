import { describe, expect, test } from 'vitest';
import { EXIT_CODES, exitOf, exitOfRun } from '#cli/exit-codes.ts';
import { problem } from '#engine/problem.ts';
import { PROBLEM_CATALOGUE, type ProblemCode } from '#engine/problem-catalogue.ts';
import { perform } from './support/stage.ts';

const CODES: readonly ProblemCode[] = Object.keys(PROBLEM_CATALOGUE).filter(
  (code): code is ProblemCode => code in PROBLEM_CATALOGUE,
);
const SPECIAL = new Map<ProblemCode, string>([
  ['state.lease-held', 'leaseHeld'],
  ['state.fenced', 'leaseHeld'],
  ['apply.interrupted', 'interrupted'],
]);
const OF_BLAME = { user: 'input', provider: 'failed', us: 'internal' } as const;

test.each(['plan -f shop.yaml --emulator 50', 'status demo', 'attach demo --provider aws --region eu-west-3'])(
  '%s that failed for a reason outside goes on by itself',
  async (line) => {
    const failure = problem('call.unanswered', { detail: 'Nobody answers.' });
    const { errors } = await perform(line, { app: { failure } });
    expect(errors).toMatch(new RegExp(`:\n    bootstrap ${line}\n$`));
  },
);

test('no two ends share a number, and none is above what a shell can tell from a signal', () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(Math.max(...codes)).toBeLessThanOrEqual(130);
});

test('the numbers that scripts rely on stay', () => {
  expect(Object.fromEntries(Object.entries(EXIT_CODES).map(([name, { code }]) => [name, code]))).toEqual({
    ok: 0,
    failed: 1,
    changesPending: 2,
    input: 3,
    leaseHeld: 4,
    declined: 5,
    internal: 70,
    interrupted: 130,
  });
});

test.each(CODES)('a command that meets %s ends with the exit code of whose turn it is', async (code) => {
  const failure = problem(code, { detail: 'Something of this case.' });
  const expected = SPECIAL.get(code) ?? OF_BLAME[failure.blame];
  expect(exitOf(failure)).toBe(expected);
  const { exit, errors, output } = await perform('plan demo', { app: { failure } });
  expect(exit).toBe(expected);
  expect(errors).toContain(failure.summary);
  expect(output).toBe('');
});

describe('a run that failed', () => {
  const quota = problem('call.quota', { detail: '' });
  const defect = problem('internal', { detail: '' });
  const held = problem('state.lease-held', { detail: '' });
  const left = problem('apply.interrupted', { detail: '' });
  test.each([
    [{ ok: true, failed: [] }, false, 'ok'],
    [{ ok: true, failed: [] }, true, 'ok'],
    [{ ok: false, failed: [quota] }, false, 'failed'],
    [{ ok: false, failed: [quota, defect] }, false, 'internal'],
    [{ ok: false, failed: [held] }, false, 'leaseHeld'],
    [{ ok: false, failed: [quota, left] }, false, 'interrupted'],
    [{ ok: false, failed: [] }, true, 'interrupted'],
  ] as const)('case %#: %o, interrupted %s, ends with %s', (outcome, isInterrupted, expected) => {
    expect(exitOfRun(outcome, isInterrupted)).toBe(expected);
  });
});

test('what nobody foresaw is our own defect, and is told like everything else', async () => {
  const { exit, errors } = await perform('outputs demo', { app: { failure: new RangeError('seven') } });
  expect(exit).toBe('internal');
  expect(errors).toBe(
    [
      'A defect in this program [internal]',
      '  RangeError: seven',
      '  Nothing is lost: the journal holds every intent. Report it with the run log,',
      '  then continue:',
      '    bootstrap outputs demo',
      '',
    ].join('\n'),
  );
});

test('with --json a problem is one line of the output', async () => {
  const failure = problem('plan.stale', { detail: 'State 7, not 6.' });
  const { output, errors, code } = await perform('plan demo --json', { app: { failure } });
  expect(JSON.parse(output)).toMatchObject({
    type: 'problem',
    problem: { code: 'plan.stale', detail: 'State 7, not 6.' },
  });
  expect([errors, code]).toEqual(['', 3]);
});
