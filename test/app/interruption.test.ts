import { expect, test, vi } from 'vitest';
import type { RunOutcome } from '#app/app.ts';
import { Interrupts } from '#cli/interrupts.ts';
import { SystemClock } from '#std/system-clock.ts';
import { ScriptedTerminal } from '../cli/support/scripted-terminal.ts';
import { clusterFile, Desk, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A run that is interrupted as soon as its network is there, with what the program really hands over. */
async function interruptedRun(desk: Desk, times: number): Promise<RunOutcome> {
  const terminal = new ScriptedTerminal({ arguments: [] });
  using interrupts = new Interrupts(terminal, new SystemClock());
  const app = desk.app({
    emit(event) {
      if (event.type !== 'change-finished' || event.address !== 'eu-west-3.network') return;
      for (let time = 0; time < times; time += 1) terminal.interrupt();
    },
  });
  return await app.create({ file: { path: 'cluster.yaml', text: clusterFile() }, wait: false }, interrupts);
}

test('the first Ctrl-C reaches the engine: nothing new is begun', async () => {
  await using desk = await Desk.alone();
  const { ok, skipped } = await interruptedRun(desk, 1);
  expect(ok).toBe(false);
  expect(skipped).toContain('eu-west-3.machine.worker-1');
  expect(await desk.create()).toMatchObject({ ok: true });
});

test('the second one reaches it as well: what is under way is left, and the next run goes on', async () => {
  await using desk = await Desk.alone();
  expect((await interruptedRun(desk, 2)).ok).toBe(false);
  expect(await desk.create()).toMatchObject({ ok: true });
});

test('a stop before anything was begun says so', async () => {
  await using desk = await Desk.alone();
  const request = { file: { path: 'cluster.yaml', text: clusterFile() }, wait: false };
  const attempt = desk.app().create(request, { ...UNINTERRUPTED, stop: AbortSignal.abort() });
  await expect(attempt).rejects.toMatchObject({ code: 'apply.interrupted' });
});
