import { describe, expect, test } from 'vitest';
import type { PlanResult, RunEvent, RunOutcome } from '#app/app.ts';
import { problem } from '#engine/problem.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import type { Timed } from './support/scripted-app.ts';
import { lastFrame } from './support/screens.ts';
import { perform } from './support/stage.ts';
import { change, SIMULATED } from './support/stories.ts';

const GOOD: PreflightFinding = { check: 'image', verdict: 'good', what: 'ami-1: there.' };
const WARNING: PreflightFinding = {
  check: 'permissions',
  verdict: 'warning',
  what: 'Not looked at: the credentials lack iam:SimulatePrincipalPolicy.',
  remedy: 'Grant iam:SimulatePrincipalPolicy to have it looked at beforehand.',
};
const BAD: PreflightFinding = {
  check: 'quota.vcpus',
  verdict: 'bad',
  what: 'vCPUs of Standard machines: 20 needed (4 there, 16 more), and the account may have 17.',
  remedy: 'Ask for at least 20: https://example.com/quotas',
};

const DONE: RunOutcome = { ok: true, done: 0, failed: [], skipped: [], outputs: [], notYet: [] };

function story(findings: readonly PreflightFinding[], outcome = DONE): readonly Timed[] {
  const events: readonly RunEvent[] = [
    { type: 'run-started', run: { ...SIMULATED, verb: 'apply' } },
    { type: 'preflight', findings },
    { type: 'run-finished', outcome },
  ];
  return events.map((event): Timed => [0, event]);
}

const REMARKS = `  permissions: Not looked at: the credentials lack iam:SimulatePrincipalPolicy.
    Grant iam:SimulatePrincipalPolicy to have it looked at beforehand.
`;

describe('what was found before a run', () => {
  test('is one line in the plain view, and a line more for each warning', async () => {
    const quiet = await perform('apply demo', { app: { run: story([GOOD, GOOD]) } });
    expect(quiet.output).toContain('    0:00  preflight: 2 good\n\n');
    const { output } = await perform('apply demo', { app: { run: story([GOOD, WARNING]) } });
    expect(output).toContain(`    0:00  preflight: 1 good, 1 warning\n${REMARKS}`);
  });

  test('stands in the live view as well, with its warnings', async () => {
    const app = { run: story([GOOD, WARNING]) };
    const { output } = await perform('apply demo', { app, isTerminal: true, columns: 100 });
    expect(lastFrame(output)).toContain(`preflight: 1 good, 1 warning\n${REMARKS}`);
  });

  test('is whole in the JSON view', async () => {
    const { output } = await perform('apply demo --json', { app: { run: story([GOOD, WARNING]) } });
    const lines = output.split('\n').filter((line) => line.includes('preflight'));
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: 'preflight', findings: [GOOD, WARNING] },
    ]);
  });

  test('is told by the problem alone when it is bad', async () => {
    const failed = [problem('preflight.failed', { detail: `${BAD.check}: ${BAD.what}\n  ${BAD.remedy}` })];
    const app = { run: story([GOOD, WARNING, BAD], { ...DONE, ok: false, failed }) };
    const { output, exit } = await perform('apply demo', { app });
    expect(exit).toBe('failed');
    expect(output).toContain('preflight: 1 good, 1 warning, 1 bad');
    expect(output.split('20 needed')).toHaveLength(2);
    expect(output).toContain(
      '  Nothing was made. When what is named above is mended, run again:\n    bootstrap apply demo\n',
    );
  });
});

describe('a plan', () => {
  const plan: PlanResult = {
    heading: SIMULATED,
    isEmpty: false,
    exists: true,
    preflight: [GOOD, WARNING, BAD],
    rotations: [],
    changes: [change('eu-west-3.network')],
    cost: { before: 0, after: 0, source: 'prices of a test', byUse: '', unknown: [] },
  };

  test('has what was found before its last words, the worst first', async () => {
    const { output, exit } = await perform('plan demo', { app: { plan } });
    expect(exit).toBe('changesPending');
    expect(output).toContain(`
Preflight: 1 good, 1 warning, 1 bad.
  quota.vcpus: vCPUs of Standard machines: 20 needed (4 there, 16 more), and the account may have 17.
    Ask for at least 20: https://example.com/quotas
${REMARKS}
Plan: 1 to create.
`);
  });

  test('does not offer what would be refused', async () => {
    const refused = await perform('plan demo', { app: { plan } });
    expect(refused.output).toContain('It is refused until what is bad is mended; then:\n  bootstrap apply demo\n');
    const welcome = await perform('plan demo', { app: { plan: { ...plan, preflight: [GOOD, WARNING] } } });
    expect(welcome.output).toContain('To carry it out:\n  bootstrap apply demo\n');
  });

  test('of a new cluster has the bill it will have, and no difference from nothing', async () => {
    const cost = { ...plan.cost, after: 12.5 };
    const { output } = await perform('plan demo', { app: { plan: { ...plan, cost } } });
    expect(output).toContain('\nCost: $12.50 a month.\n');
  });

  test('says no more than that all is good when it is, and nothing when nothing was asked', async () => {
    const good = await perform('plan demo', { app: { plan: { ...plan, preflight: [GOOD] } } });
    expect(good.output).toContain('\nPreflight: 1 good.\nPlan: 1 to create.\n');
    const silent = await perform('plan demo', { app: { plan: { ...plan, preflight: [] } } });
    expect(silent.output).not.toContain('Preflight');
  });

  test('gives a script all findings', async () => {
    const { output } = await perform('plan demo --json', { app: { plan } });
    expect(JSON.parse(output)).toMatchObject({ preflight: [GOOD, WARNING, BAD] });
  });
});
