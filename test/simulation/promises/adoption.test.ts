import { expect, test } from 'vitest';
import type { Blueprint } from '#engine/blueprint.ts';
import { CLUSTER } from '../undertaking.ts';
import { toyGroup, toyNetwork } from '../toy-kinds.ts';
import type { ToyObject, ToyOwner } from '../toy-object.ts';
import { blueprint, Stand } from './stand.ts';

function adopting(id: string, label: string): Blueprint {
  return blueprint((builder) => {
    builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label }, { adopt: id });
  });
}

function networkOf(stand: Stand, owner: ToyOwner | undefined): ToyObject {
  return stand.account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'old' }, owner });
}

test('an object with our mark is adopted when asked, brought to what is declared, and then like any other', async () => {
  const stand = new Stand();
  const { id } = networkOf(stand, { cluster: CLUSTER, instanceId: 'madebyhand00001' });
  const result = await stand.apply(adopting(id, 'new'));
  expect(result).toEqual({ ok: true, done: 1, failed: [], skipped: [] });
  expect(stand.living('toy.network')).toMatchObject([{ id, values: { label: 'new' } }]);
  expect((await stand.plan(adopting(id, 'new'))).changes).toMatchObject([{ action: 'keep' }]);
  await stand.apply(
    blueprint(() => undefined),
    {},
    'delete',
  );
  expect(stand.living('toy.network')).toEqual([]);
});

test.each([
  ['nobody', undefined],
  ['another cluster', { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' }],
])('an object that carries the mark of %s is not adopted and not touched', async (_whose, owner) => {
  const stand = new Stand();
  const before = networkOf(stand, owner);
  const { ok, failed } = await stand.apply(adopting(before.id, 'new'));
  expect(ok).toBe(false);
  expect(failed.map(({ code, address }) => ({ code, address }))).toEqual([
    { code: 'adopt.not-ours', address: 'network' },
  ]);
  expect(stand.living('toy.network')).toEqual([before]);
});

test('what does not exist is not adopted, and nothing is created in its stead', async () => {
  const stand = new Stand();
  const { failed } = await stand.apply(adopting('network-99', 'new'));
  expect(failed.map(({ code }) => code)).toEqual(['adopt.not-found']);
  expect(stand.living('toy.network')).toEqual([]);
});

test.each([
  ['nobody', undefined],
  ['another cluster', { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' }],
])(
  'a name that is taken by an object with the mark of %s is a clash, and the object is not touched',
  async (_whose, owner) => {
    const stand = new Stand();
    const network = stand.account.create({
      kind: 'toy.network',
      values: { cidr: '10.0.0.0/16', label: 'x' },
      owner: undefined,
    });
    const values = { name: 'front', networkId: network.id, ports: '22' };
    const theirs = stand.account.create({ kind: 'toy.group', values, owner });
    const wanted = blueprint((builder) => {
      builder.declare(toyGroup, 'group', { name: 'front', networkId: network.id, ports: '443' });
    });
    const { failed } = await stand.apply(wanted);
    expect(failed.map(({ code }) => code)).toEqual(['resource.name-taken']);
    expect(stand.living('toy.group')).toEqual([theirs]);
  },
);
