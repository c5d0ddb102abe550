import { expect, test } from 'vitest';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const labelled = (label: string) =>
  blueprint((builder) => {
    builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label });
  });

/** From now on the service accepts that many changes and forgets them. */
function forgetChanges(stand: Stand, count: number): void {
  const { account } = stand;
  const change = account.update.bind(account);
  let left = count;
  account.update = (kind, id, changes) => {
    const before = stand.living(kind).find((object) => object.id === id);
    if (left === 0 || before === undefined) return change(kind, id, changes);
    left -= 1;
    return { ...before, values: { ...before.values, ...changes } };
  };
}

test('a change that was accepted and is not to be seen is asked for again, and only then reported done', async () => {
  const stand = new Stand();
  await stand.apply(labelled('first'));
  forgetChanges(stand, 2);
  expect(await stand.apply(labelled('second'))).toMatchObject({ ok: true, done: 1 });
  expect(stand.living('toy.network')).toMatchObject([{ values: { label: 'second' } }]);
});

test('a change that never shows is a failure that says so', async () => {
  const stand = new Stand();
  await stand.apply(labelled('first'));
  forgetChanges(stand, Infinity);
  const { ok, failed } = await stand.apply(labelled('second'));
  expect({ ok, codes: failed.map(({ code }) => code) }).toEqual({ ok: false, codes: ['resource.not-confirmed'] });
});
