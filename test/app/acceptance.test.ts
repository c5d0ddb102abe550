import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { AcceptanceRequest } from '#app/acceptance.ts';
import { Desk, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const WHOLE = [
  'create passed',
  'verify passed',
  'scale passed',
  'verify the larger one passed',
  'kill a machine passed',
  'repair passed',
  'verify the repaired one passed',
  'delete passed',
  'proof of zero passed',
];

function requestAt(desk: Desk, change: Partial<AcceptanceRequest> = {}): AcceptanceRequest {
  const answers = { name: 'acceptance', provider: 'simulator', domain: 'try.example.com', speed: 500 } as const;
  const nobody = (): void => undefined;
  return { answers, budgetUsd: 5, report: join(desk.home, 'report.json'), begin: nobody, tell: nobody, ...change };
}

test('a whole life is tried, from nothing to nothing, and the report is signed', async () => {
  await using desk = await Desk.alone();
  const request = requestAt(desk);
  const report = await desk.app().acceptance(request, UNINTERRUPTED);
  expect(report.steps.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(WHOLE);
  expect(report).toMatchObject({ ok: true, isSimulated: true, money: { budgetUsd: 5 } });
  expect(report.money.hourlyUsd).toBeGreaterThan(0);
  expect(await desk.app().checkAcceptance(request.report)).toMatchObject({ report: { ok: true } });
  expect(await desk.app().list()).toEqual([{ name: 'acceptance', provider: 'simulator', isDeleted: true }]);
});

test('who changes a word of a report breaks its signature, and a second report bears the same key', async () => {
  await using desk = await Desk.alone();
  const request = requestAt(desk);
  await desk.app().acceptance(request, UNINTERRUPTED);
  const { publicKey } = await desk.app().checkAcceptance(request.report);
  const text = await readFile(request.report, 'utf8');
  await writeFile(request.report, text.replace('"account": "123456789012"', '"account": "210987654321"'));
  await expect(desk.app().checkAcceptance(request.report)).rejects.toMatchObject({ code: 'acceptance.report-invalid' });
  await desk.app().acceptance(request, UNINTERRUPTED);
  expect((await desk.app().checkAcceptance(request.report)).publicKey).toBe(publicKey);
});

test('what an hour of it costs has to be in the budget, or nothing is made', async () => {
  await using desk = await Desk.alone();
  const attempt = desk.app().acceptance(requestAt(desk, { budgetUsd: 0.01 }), UNINTERRUPTED);
  await expect(attempt).rejects.toMatchObject({ code: 'acceptance.over-budget' });
  expect(await desk.app().list()).toEqual([]);
});

test('a trial that is stopped is deleted all the same', async () => {
  await using desk = await Desk.alone();
  const stop = new AbortController();
  const emit = ({ type }: { readonly type: string }): void => (type === 'change-finished' ? stop.abort() : undefined);
  const interruption = { ...UNINTERRUPTED, stop: stop.signal };
  const report = await desk.app({ emit }).acceptance(requestAt(desk), interruption);
  const verdicts = report.steps.map(({ name, verdict }) => `${name} ${verdict}`);
  expect(verdicts).toContain('create failed');
  expect(verdicts).toContain('repair skipped');
  expect(verdicts.slice(-2)).toEqual(['delete passed', 'proof of zero passed']);
  expect(report.ok).toBe(false);
});

test('what an earlier trial has left is neither touched nor tried again', async () => {
  await using desk = await Desk.alone();
  const text = 'name: acceptance\nprovider: simulator\ndomain: try.example.com\nsimulator: { speed: 500 }\n';
  await desk.create(text);
  const attempt = desk.app().acceptance(requestAt(desk), UNINTERRUPTED);
  await expect(attempt).rejects.toMatchObject({ code: 'acceptance.leftover' });
});
