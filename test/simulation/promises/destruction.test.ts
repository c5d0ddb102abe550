import { expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { toyNetwork } from '../toy-kinds.ts';
import type { ToyObject, ToyOwner } from '../toy-object.ts';
import { blueprint, Stand } from './stand.ts';

const NOTHING = blueprint(() => undefined);
const wanted = blueprint((builder) => {
  builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
});

async function standWithNetwork(): Promise<Stand> {
  const stand = new Stand();
  await stand.apply(wanted);
  return stand;
}

/** As if somebody had changed the tags by hand. */
function remark(stand: Stand, owner: ToyOwner): ToyObject {
  const [network] = stand.living('toy.network');
  if (network === undefined) throw new RangeError('There is no network.');
  const object = { ...network, owner };
  stand.account.data.entries.set(network.id, { versions: [{ atMs: 0, object }] });
  return object;
}

test('a destruction that is refused is a failure, and the object is not forgotten', async () => {
  const stand = await standWithNetwork();
  const remove = stand.account.remove.bind(stand.account);
  stand.account.remove = () => {
    throw new CallError({ outcome: 'rejected', reason: 'denied', message: 'toy:Remove is not allowed' });
  };
  const { ok, failed } = await stand.apply(NOTHING, {}, 'delete');
  expect({ ok, codes: failed.map(({ code }) => code) }).toEqual({ ok: false, codes: ['call.denied'] });
  expect(await stand.withLease(async ({ snapshot }) => snapshot.tombstone)).toBe(false);
  stand.account.remove = remove;
  expect(await stand.apply(NOTHING, {}, 'delete')).toMatchObject({ ok: true, done: 1 });
  expect(stand.living('toy.network')).toEqual([]);
});

test.each(['apply', 'delete'] as const)(
  'an object whose mark somebody has changed is not touched by %s, and that is said',
  async (purpose) => {
    const stand = await standWithNetwork();
    const theirs = remark(stand, { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' });
    const { ok, failed } = await stand.apply(NOTHING, {}, purpose);
    expect({ ok, codes: failed.map(({ code }) => code) }).toEqual({ ok: false, codes: ['resource.foreign'] });
    expect(stand.living('toy.network')).toEqual([theirs]);
  },
);

test('an object whose mark somebody has changed is not updated either', async () => {
  const stand = await standWithNetwork();
  remark(stand, { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' });
  const changed = blueprint((builder) => {
    builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'second' });
  });
  const { failed } = await stand.apply(changed);
  expect(failed.map(({ code }) => code)).toEqual(['resource.foreign']);
  expect(stand.living('toy.network')).toMatchObject([{ values: { label: 'first' } }]);
});
