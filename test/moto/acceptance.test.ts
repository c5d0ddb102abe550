import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Workstation } from '../processes/program/workstation.ts';
import { accountCensus, textOf } from './account-census.ts';
import { CountingProxy } from './counting-proxy.ts';
import { startMoto } from './moto-server.ts';
import { runProgram } from './run-program.ts';

const TRIAL = ['acceptance', '--provider', 'aws', '--domain', 'try.example.com', '--from', '203.0.113.7/32'];

test('an account is tried from nothing to nothing, and whoever gets the report can check it', async () => {
  await using moto = await startMoto();
  await using proxy = await CountingProxy.before(moto.endpoint);
  await using workstation = await Workstation.open();
  const before = (await accountCensus(moto)).map(textOf);
  const { code, stdout, stderr } = await runProgram({ workstation, proxy }, [...TRIAL, '--budget', '5']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  console.log(stdout);
  expect((await accountCensus(moto)).map(textOf)).toEqual(before);

  const report: unknown = JSON.parse(await readFile(join(workstation.home, 'acceptance-report.json'), 'utf8'));
  expect(report).toMatchObject({ report: { ok: true, provider: 'aws', isSimulated: true, money: { budgetUsd: 5 } } });
  const checked = await runProgram({ workstation, proxy }, ['acceptance', '--check', 'acceptance-report.json']);
  expect(checked).toMatchObject({ code: 0, calls: [] });
}, 240_000);

test('what costs more than the budget is refused, and nothing is made', async () => {
  await using moto = await startMoto();
  await using proxy = await CountingProxy.before(moto.endpoint);
  await using workstation = await Workstation.open();
  const before = (await accountCensus(moto)).map(textOf);
  const { code, stderr } = await runProgram({ workstation, proxy }, [...TRIAL, '--budget', '0.05']);
  expect(code).toBe(3);
  expect(stderr).toContain('acceptance.over-budget');
  expect((await accountCensus(moto)).map(textOf)).toEqual(before);
}, 120_000);
