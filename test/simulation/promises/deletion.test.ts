import { expect, test } from 'vitest';
import { toyNetwork } from '../toy-kinds.ts';
import { CLUSTER } from '../undertaking.ts';
import { blueprint, Stand } from './stand.ts';

const NOTHING = blueprint(() => undefined);

const wanted = blueprint((builder) => {
  builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
});

test('a deletion leaves zero, also when a second copy of a create request arrives after the object is gone', async () => {
  const stand = new Stand();
  await stand.apply(wanted);
  const [network] = stand.living('toy.network');
  const values = { cidr: '10.0.0.0/16', label: 'first' };
  stand.later(12_000, () => void stand.account.create({ kind: 'toy.network', values, owner: network?.owner }));
  expect(await stand.apply(NOTHING, {}, 'delete')).toMatchObject({ ok: true });
  expect(stand.living('toy.network')).toEqual([]);
});

test('a deletion ends with a tombstone, touches nothing of others, and can be asked for again', async () => {
  const stand = new Stand();
  const owner = { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' };
  const theirs = stand.account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'x' }, owner });
  await stand.apply(wanted);
  await stand.apply(NOTHING, {}, 'delete');
  expect(await stand.withLease(async ({ snapshot }) => snapshot)).toMatchObject({ cluster: CLUSTER, tombstone: true });
  expect(await stand.apply(NOTHING, {}, 'delete')).toMatchObject({ ok: true, done: 0 });
  expect(stand.living('toy.network')).toEqual([theirs]);
});

test('a deleted cluster can be made again, and is none that was deleted then', async () => {
  const stand = new Stand();
  await stand.apply(wanted);
  await stand.apply(NOTHING, {}, 'delete');
  expect(await stand.apply(wanted)).toMatchObject({ ok: true, done: 1 });
  expect(await stand.withLease(async ({ snapshot }) => snapshot.tombstone)).toBe(false);
});
