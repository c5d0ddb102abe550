import { expect, test } from 'vitest';
import { toyNetwork, toyRecord } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const asNetwork = blueprint((builder) => {
  builder.declare(toyNetwork, 'thing', { cidr: '10.0.0.0/16', label: 'first' });
});
const asRecord = blueprint((builder) => {
  builder.declare(toyRecord, 'thing', { name: 'thing', value: 'first', ttl: 60 });
});

test('an address whose kind changes gets a new object, and the old one goes', async () => {
  const stand = new Stand();
  await stand.apply(asNetwork);
  expect(await stand.apply(asRecord)).toMatchObject({ ok: true });
  expect(stand.account.living().map(({ kind }) => kind)).toEqual(['toy.record']);
  expect((await stand.plan(asRecord)).changes).toMatchObject([{ action: 'keep' }]);
  expect(await stand.apply(asNetwork)).toMatchObject({ ok: true });
  expect(stand.account.living().map(({ kind }) => kind)).toEqual(['toy.network']);
});
