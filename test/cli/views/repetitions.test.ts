import { expect, test } from 'vitest';
import type { RunEvent } from '#app/app.ts';
import { Repetitions } from '#cli/views/repetitions.ts';
import { at } from '../../engine/support/scenario.ts';

function retrying(name: string, why = 'Throttling'): RunEvent {
  return { type: 'retrying', address: at(name), purpose: 'list the zones', why, afterMs: 1_000 };
}

function waiting(waitingFor: string, done = 0): RunEvent {
  return { type: 'waiting', address: at('zone'), waitingFor, progress: { done, of: 3 }, deadlineMs: 60_000 };
}

test('what is sent again and again is told once for each resource and reason', () => {
  const repetitions = new Repetitions();
  const heard = [retrying('zone'), retrying('zone'), retrying('zone', 'InternalError'), retrying('record.api')];
  expect(heard.map((event) => repetitions.includes(event, 0))).toEqual([false, true, false, false]);
});

test('it is told again when something else was heard of the resource', () => {
  const repetitions = new Repetitions();
  repetitions.includes(retrying('zone'), 0);
  repetitions.includes(waiting('it to appear'), 0);
  expect(repetitions.includes(retrying('zone'), 0)).toBe(false);
});

test('the latest words of what is awaited are told now and then, each step forward at once', () => {
  const repetitions = new Repetitions();
  const heard: readonly (readonly [number, RunEvent])[] = [
    [0, waiting('it to say hello; last line: a')],
    [5_000, waiting('it to say hello; last line: b')],
    [10_000, waiting('it to say hello; last line: c')],
    [11_000, waiting('stage network; last line: c')],
    [12_000, waiting('stage network; last line: d', 1)],
    [13_000, waiting('stage network; last line: e', 1)],
  ];
  expect(heard.map(([atMs, event]) => repetitions.includes(event, atMs))).toEqual([
    false,
    true,
    false,
    false,
    false,
    true,
  ]);
});

test('what is awaited without such words is told as it comes', () => {
  const repetitions = new Repetitions();
  const heard = [waiting('it to appear'), waiting('it to appear'), waiting('it to be ready')];
  expect(heard.map((event) => repetitions.includes(event, 0))).toEqual([false, false, false]);
});
