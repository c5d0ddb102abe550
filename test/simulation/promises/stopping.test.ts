import { expect, test } from 'vitest';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const chain = blueprint((builder) => {
  const first = builder.declare(toyNetwork, 'first', { cidr: '10.0.0.0/16', label: 'first' });
  builder.declare(toyNetwork, 'second', { cidr: '10.1.0.0/16', label: first.output('id') });
});

/** Runs until the first change has been started, then signals. */
async function interrupted(stand: Stand, which: 'stop' | 'abort') {
  const controller = new AbortController();
  const { push } = stand.events;
  stand.events.push = (...events) => {
    if (events.some(({ type }) => type === 'change-started')) controller.abort(new Error('the operator left'));
    return push.apply(stand.events, events);
  };
  const result = await stand.apply(chain, { [which]: controller.signal });
  stand.events.push = push;
  return result;
}

test('the first interrupt lets what is under way settle and starts nothing more', async () => {
  const stand = new Stand();
  expect(await interrupted(stand, 'stop')).toEqual({ ok: false, done: 1, failed: [], skipped: ['second'] });
  expect(stand.living('toy.network')).toHaveLength(1);
  expect(await stand.apply(chain)).toMatchObject({ ok: true, done: 1 });
});

test('the second interrupt leaves at once, and the next run finds what was under way', async () => {
  const stand = new Stand();
  const { ok, done, failed } = await interrupted(stand, 'abort');
  expect({ ok, done, codes: failed.map(({ code }) => code) }).toEqual({
    ok: false,
    done: 0,
    codes: ['apply.interrupted'],
  });
  expect(await stand.apply(chain)).toMatchObject({ ok: true, done: 2 });
  expect(stand.living('toy.network')).toHaveLength(2);
});
