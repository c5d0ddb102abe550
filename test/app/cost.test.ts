import { describe, expect, test } from 'vitest';
import { costOf, resourcesOf } from '#app/cost.ts';
import { describeChanges } from '#app/described-changes.ts';
import { parseAddress, parseInstanceId } from '#engine/address.ts';
import type { Change } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { ReadyRecord, Snapshot } from '#engine/record.ts';
import type { PriceBook } from '#provider/price-book.ts';
import { UID } from '../providers/aws/support/declared-cluster.ts';

/** Whatever it is, it costs what its inputs say; and everything is a dollar dearer as long as there is a `tax`. */
const BOOK: PriceBook = {
  source: 'a test',
  byUse: 'traffic',
  unknown: [],
  monthly: (resources) => {
    const tax = resources.some(({ kind }) => kind === 'tax') ? 1 : 0;
    return resources.map(({ kind, inputs }) =>
      kind === 'tax' ? 0 : Number(Reflect.get(Object(inputs), 'price')) + tax,
    );
  },
};

const BECAUSE = { reason: 'declared' } as const;

function declaration(name: string, price: number, kind = 'thing') {
  const placed = { dependsOn: [], within: undefined, retain: false, adopt: undefined };
  return { address: parseAddress(name), kind, inputs: { price }, ...placed };
}

function up(action: 'create' | 'keep' | 'update', name: string, price: number, kind = 'thing'): Change {
  const declared = declaration(name, price, kind);
  const base = { address: declared.address, kind, declaration: declared, because: BECAUSE };
  return action === 'create' ? { ...base, action } : { ...base, action, instanceId: idOf(name) };
}

function down(action: 'destroy' | 'abandon' | 'leave', name: string): Change {
  return { action, address: parseAddress(name), kind: 'thing', because: BECAUSE, instanceId: idOf(name) };
}

function idOf(name: string) {
  return parseInstanceId(name.padEnd(16, 'x'));
}

function there(prices: Readonly<Record<string, number>>, kinds: Readonly<Record<string, string>> = {}): Snapshot {
  const records = Object.entries(prices).map(([name, price]): [ReturnType<typeof idOf>, ReadyRecord] => [
    idOf(name),
    {
      ...declaration(name, price, kinds[name] ?? 'thing'),
      instanceId: idOf(name),
      incarnation: 1,
      deposed: false,
      problem: undefined,
      status: 'ready',
      outputs: {},
      readyAtMs: 0,
    },
  ]);
  const empty = new ClusterState(UID);
  return {
    cluster: empty.cluster,
    serial: 0,
    records: new Map(records),
    instancesAt: () => [],
    current: () => undefined,
    nextIncarnation: 1,
    appliedBlueprint: undefined,
    released: new Set(),
    tombstone: false,
  };
}

function costed(changes: readonly Change[], snapshot: Snapshot) {
  const { cost, differences } = costOf({ changes }, snapshot, BOOK);
  return { before: cost.before, after: cost.after, each: changes.map((change) => differences.get(change)) };
}

describe('what a plan changes at the bill', () => {
  test.each([
    ['what is created comes to it', [up('create', 'a', 5)], {}, { before: 0, after: 5, each: [5] }],
    ['what is kept changes nothing', [up('keep', 'a', 5)], { a: 5 }, { before: 5, after: 5, each: [undefined] }],
    ['what is updated costs another price', [up('update', 'a', 7.5)], { a: 5 }, { before: 5, after: 7.5, each: [2.5] }],
    ['what is destroyed is given back', [down('destroy', 'a')], { a: 5 }, { before: 5, after: 0, each: [-5] }],
    ['what goes with its host, too', [down('abandon', 'a')], { a: 5 }, { before: 5, after: 0, each: [-5] }],
    ['what cannot be reached goes on', [down('leave', 'a')], { a: 5 }, { before: 5, after: 5, each: [undefined] }],
    [
      'a replacement is the difference',
      [
        {
          action: 'replace',
          address: parseAddress('a'),
          kind: 'thing',
          declaration: declaration('a', 9),
          because: BECAUSE,
          instanceId: idOf('a'),
          order: 'create-first',
          old: 'destroy',
        } as const,
      ],
      { a: 5 },
      { before: 5, after: 9, each: [4] },
    ],
    [
      'all of them together are the sum',
      [up('create', 'a', 0.1), up('update', 'b', 0.2), down('destroy', 'c')],
      { b: 1.1, c: 2.2 },
      { before: 3.3, after: 0.3, each: [0.1, -0.9, -2.2] },
    ],
  ] as const)('%s', (_title, changes, prices, expected) => {
    expect(costed(changes, there(prices))).toEqual(expected);
  });

  test('what was there and is gone comes to it anew', () => {
    const vanished: Change = {
      action: 'create',
      address: parseAddress('a'),
      kind: 'thing',
      declaration: declaration('a', 5),
      because: { reason: 'vanished' },
      instanceId: idOf('a'),
    };
    expect(costed([vanished], there({ a: 5 }))).toEqual({ before: 0, after: 5, each: [5] });
  });

  test('one change can make others dearer: each side is priced as a whole', () => {
    const changes = [up('keep', 'a', 5), up('create', 'b', 0, 'tax')];
    expect(costed(changes, there({ a: 5 }))).toEqual({ before: 5, after: 6, each: [1, undefined] });
  });

  test('prices are asked for what is there and for what will be', () => {
    const changes = [up('create', 'a', 1), up('update', 'b', 2), down('destroy', 'c')];
    const asked = resourcesOf({ changes }, there({ b: 3, c: 4 }));
    expect(asked.map(({ address, inputs }) => [address, inputs])).toEqual([
      ['a', { price: 1 }],
      ['b', { price: 3 }],
      ['b', { price: 2 }],
      ['c', { price: 4 }],
    ]);
  });

  test('stands beside each change that is told, where it is not nothing', () => {
    const changes = [up('create', 'a', 5), up('create', 'b', 0), up('keep', 'c', 5)];
    const { differences } = costOf({ changes }, there({ c: 5 }), BOOK);
    expect(describeChanges({ changes }, differences).map(({ address, monthlyUsd }) => [address, monthlyUsd])).toEqual([
      ['a', 5],
      ['b', undefined],
    ]);
  });
});
