import { expect, test } from 'vitest';
import type { RunEvent } from '#app/app.ts';
import { doingAt, RunProgress } from '#cli/views/run-progress.ts';
import { at } from '../../engine/support/scenario.ts';
import { change } from '../support/stories.ts';

const zone = at('zone');

function retrying(address = zone): RunEvent {
  return { type: 'retrying', address, purpose: 'list the zones', why: 'Throttling', afterMs: 1_000 };
}

function progressOf(...events: readonly RunEvent[]): RunProgress {
  const progress = new RunProgress();
  progress.hear({ type: 'planned', changes: [change('zone')] }, 0);
  for (const event of events) progress.hear(event, 10_000);
  return progress;
}

function doing(progress: RunProgress, nowMs: number): string | undefined {
  const step = progress.step(zone);
  return step === undefined ? undefined : doingAt(step, nowMs);
}

const started: RunEvent = { type: 'change-started', address: zone, action: 'create', because: '' };
const waiting: RunEvent = { type: 'waiting', address: zone, waitingFor: 'it to appear', deadlineMs: 60_000 };

test('what is only looked at, or swept for, is no step of the run', () => {
  const stray = at('stray');
  const progress = progressOf(retrying(stray), { ...waiting, address: stray });
  expect(progress.groups.map(({ title }) => title)).toEqual(['names']);
});

test('what is waited for is told again when the pause before a repeated request is over', () => {
  const progress = progressOf(started, waiting, retrying());
  expect(doing(progress, 10_500)).toBe('list the zones: Throttling');
  expect(doing(progress, 11_000)).toBe('waiting for it to appear');
});

test('a request that is sent again is told until something better is known', () => {
  expect(doing(progressOf(started, retrying()), 60_000)).toBe('list the zones: Throttling');
  expect(doing(progressOf(started, retrying(), waiting), 10_000)).toBe('waiting for it to appear');
});
