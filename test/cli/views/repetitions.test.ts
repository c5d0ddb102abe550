import { expect, test } from 'vitest';
import type { RunEvent } from '#app/app.ts';
import { Repetitions } from '#cli/views/repetitions.ts';
import { at } from '../../engine/support/scenario.ts';

function retrying(name: string, why = 'Throttling'): RunEvent {
  return { type: 'retrying', address: at(name), purpose: 'list the zones', why, afterMs: 1_000 };
}

test('what is sent again and again is told once for each resource and reason', () => {
  const repetitions = new Repetitions();
  const heard = [retrying('zone'), retrying('zone'), retrying('zone', 'InternalError'), retrying('record.api')];
  expect(heard.map((event) => repetitions.includes(event))).toEqual([false, true, false, false]);
});

test('it is told again when something else was heard of the resource', () => {
  const repetitions = new Repetitions();
  repetitions.includes(retrying('zone'));
  repetitions.includes({ type: 'waiting', address: at('zone'), waitingFor: 'it to appear', deadlineMs: 60_000 });
  expect(repetitions.includes(retrying('zone'))).toBe(false);
});
