import { expect, test } from 'vitest';
import type { AcceptanceStep, CheckedReport } from '#app/acceptance-report.ts';
import { perform } from './support/stage.ts';

const STEPS: readonly AcceptanceStep[] = [
  { name: 'create', verdict: 'passed', seen: '39 changes', tookMs: 131_000 },
  { name: 'verify', verdict: 'failed', seen: 'acceptance.failed: 2 of 3 nodes ready', tookMs: 900 },
  { name: 'scale', verdict: 'skipped', seen: 'an earlier step has failed', tookMs: 0 },
  { name: 'delete', verdict: 'passed', seen: '39 changes', tookMs: 61_000 },
];

function reportWith(steps: readonly AcceptanceStep[]): CheckedReport {
  const ok = steps.every(({ verdict }) => verdict === 'passed');
  const where = { provider: 'aws', isSimulated: false, region: 'eu-west-3', account: '123456789012' };
  const money = { budgetUsd: 5, hourlyUsd: 0.31, spentUsd: 0.017, prices: 'AWS Price List of 2026-11-01' };
  const identity = { cluster: 'acceptance', uid: 'abcdefghij', principal: 'operator', ...where };
  const time = { startedAt: '2026-11-01T10:00:00.000Z', tookMs: 193_000 };
  return { report: { format: 1, ok, ...identity, ...time, money, steps }, publicKey: 'MCowBQYDK2Vw' };
}

const TRY = 'acceptance --provider aws --domain try.example.com';

test('a trial is told step by step, and its end says what it has cost', async () => {
  const { exit, output } = await perform(TRY, { app: { report: reportWith(STEPS) } });
  expect(exit).toBe('failed');
  expect(output).toContain('✓ create                   2:11  39 changes');
  expect(output).toContain('✗ verify');
  expect(output).toContain('· scale');
  expect(output).toContain('Not accepted: 2 of 4 steps passed in 3:13.');
  expect(output).toContain('about $0.02 of $5.00, by AWS Price List of 2026-11-01');
});

test('an account that passes is accepted', async () => {
  const { exit, output } = await perform(TRY, { app: { report: reportWith(STEPS.slice(0, 1)) } });
  expect(exit).toBe('ok');
  expect(output).toContain('Accepted: 1 of 1 steps passed');
});

test('whose account and which domain has to be said', async () => {
  expect(await perform('acceptance')).toMatchObject({ exit: 'input' });
  const { exit, errors } = await perform('acceptance --provider aws');
  expect(exit).toBe('input');
  expect(errors).toContain('Which domain?');
});

test('a report that is checked says who has signed it', async () => {
  const { exit, output } = await perform('acceptance --check report.json', { app: { report: reportWith(STEPS) } });
  expect(exit).toBe('failed');
  expect(output).toContain('The report is as it was signed.');
  expect(output).toContain('MCowBQYDK2Vw');
});
