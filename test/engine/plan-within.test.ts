import { describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { brick, pillar } from './support/bricks.ts';
import {
  absent,
  at,
  creating,
  destroying,
  instance,
  noted,
  outputsOf,
  planOf,
  ready,
  type Scenario,
  unreachable,
} from './support/scenario.ts';

const PLAIN = { shape: 'square', colour: 'red' };
const ROUND = { shape: 'round', colour: 'red' };

function furnished(houseInputs: typeof PLAIN) {
  return (blueprint: BlueprintBuilder) => {
    const house = blueprint.declare(brick, 'house', houseInputs);
    blueprint.declare(brick, 'lamp', PLAIN, { within: house.address });
  };
}

const lampRecord = ready('lamp', { within: at('house'), dependsOn: [at('house')] });
const lamp = { address: 'lamp', kind: 'brick', instanceId: instance('lamp') };
const leftBehind = { ...lamp, action: 'replace', order: 'destroy-first', old: 'abandon' };
const hostReplaced = { reason: 'host-replaced', host: 'house' };

type Row = Scenario & { readonly is: string; readonly becomes: object };

describe('what lives inside a declared host', () => {
  test.each<Row>([
    {
      is: 'goes with a host that is replaced and is made anew in the next',
      declared: furnished(ROUND),
      records: [ready('house'), lampRecord],
      becomes: { ...leftBehind, because: hostReplaced },
    },
    {
      is: 'goes with a host that vanished, though it cannot be asked itself',
      declared: furnished(PLAIN),
      records: [ready('house'), lampRecord],
      seen: [absent('house'), unreachable('lamp')],
      becomes: { ...leftBehind, because: hostReplaced },
    },
    {
      is: 'goes with a host whose destruction was begun',
      declared: furnished(PLAIN),
      records: [destroying('house'), lampRecord],
      becomes: { ...leftBehind, because: hostReplaced },
    },
    {
      is: 'is left behind with an intent that was never answered',
      declared: furnished(ROUND),
      records: [ready('house'), creating('lamp', { within: at('house'), dependsOn: [at('house')] })],
      becomes: { ...leftBehind, because: hostReplaced },
    },
    {
      is: 'is kept while neither it nor its host can be reached',
      declared: furnished(ROUND),
      records: [ready('house'), lampRecord],
      seen: [unreachable('house'), unreachable('lamp')],
      becomes: { ...lamp, action: 'keep', because: { reason: 'unreachable', detail: 'no route' } },
    },
    {
      is: 'is left behind in the middle of its own destruction: inside a host that goes it could not be ended',
      declared: furnished(ROUND),
      records: [ready('house'), destroying('lamp', { within: at('house'), dependsOn: [at('house')] })],
      becomes: { ...leftBehind, because: hostReplaced },
    },
  ])('$is', ({ becomes, ...scenario }) => {
    expect(noted(planOf(scenario).changes).at(1)).toEqual(becomes);
  });

  test('pulls what depends on it down with it', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        furnished(ROUND)(blueprint);
        blueprint.declare(brick, 'moth', { ...PLAIN, on: { $ref: at('lamp'), output: 'id' } });
      },
      records: [
        ready('house'),
        lampRecord,
        ready('moth', { inputs: { ...PLAIN, on: 'id-lamp-1' }, dependsOn: [at('lamp')] }),
      ],
    });
    expect(noted(changes).at(2)).toEqual({
      address: 'moth',
      kind: 'brick',
      instanceId: instance('moth'),
      action: 'replace',
      order: 'destroy-first',
      old: 'destroy',
      because: { reason: 'dependency-changes', inputs: ['on'] },
    });
  });
});

describe('what moves from one host to another', () => {
  const moved = (blueprint: BlueprintBuilder) => {
    blueprint.declare(brick, 'house', PLAIN);
    const barn = blueprint.declare(brick, 'barn', PLAIN);
    blueprint.declare(brick, 'lamp', { ...PLAIN, on: barn.output('id') }, { within: barn.address });
  };
  const inHouse = { ...lampRecord, inputs: { ...PLAIN, on: outputsOf('house').id } };
  const fetched = { ...lamp, action: 'replace', order: 'create-first', old: 'destroy' };

  test('is destroyed where it was, for that host stays, though the new one is only to come', () => {
    expect(noted(planOf({ declared: moved, records: [ready('house'), inHouse] }).changes).at(2)).toEqual({
      ...fetched,
      because: { reason: 'dependency-changes', inputs: ['on'] },
    });
  });

  test('is destroyed where it was when the new host is there already', () => {
    const records = [ready('house'), ready('barn'), inHouse];
    expect(noted(planOf({ declared: moved, records }).changes).at(2)).toEqual({
      ...fetched,
      because: { reason: 'inputs-changed', inputs: ['on'] },
    });
  });
});

describe('what lives inside a host and is not declared any more', () => {
  const abandoned = { ...lamp, action: 'abandon', because: { reason: 'host-goes', host: 'house' } };
  const house = (inputs: typeof PLAIN) => (blueprint: BlueprintBuilder) =>
    void blueprint.declare(brick, 'house', inputs);

  test.each<Row>([
    {
      is: 'is abandoned when its host is destroyed',
      records: [ready('house'), lampRecord],
      becomes: abandoned,
    },
    {
      is: 'is abandoned when its host is destroyed, out of reach or not',
      records: [ready('house'), lampRecord],
      seen: [unreachable('lamp')],
      becomes: abandoned,
    },
    {
      is: 'is abandoned when its host is replaced',
      declared: house(ROUND),
      records: [ready('house'), lampRecord],
      becomes: abandoned,
    },
    {
      is: 'is abandoned when its host vanished',
      declared: house(PLAIN),
      records: [ready('house'), lampRecord],
      seen: [absent('house')],
      becomes: abandoned,
    },
    {
      is: 'is abandoned when its host is long forgotten',
      records: [lampRecord],
      becomes: abandoned,
    },
    {
      is: 'is destroyed when its host stays',
      declared: house(PLAIN),
      records: [ready('house'), lampRecord],
      becomes: { ...lamp, action: 'destroy', because: { reason: 'not-declared' } },
    },
    {
      is: 'is let go together with a host that is retained',
      records: [ready('house', { retain: true }), lampRecord],
      becomes: abandoned,
    },
    {
      is: 'is left alone while neither it nor its host can be reached',
      records: [ready('house'), lampRecord],
      seen: [unreachable('house'), unreachable('lamp')],
      becomes: { ...lamp, action: 'leave', because: { reason: 'unreachable', detail: 'no route' } },
    },
  ])('$is', ({ becomes, ...scenario }) => {
    const { changes } = planOf(scenario);
    expect(noted(changes.filter(({ address }) => address === 'lamp'))).toEqual([becomes]);
  });

  test('is abandoned level by level when the outermost host goes', () => {
    const inHouse = ready('room', { within: at('house'), dependsOn: [at('house')] });
    const inRoom = ready('lamp', { within: at('room'), dependsOn: [at('room')] });
    // In the worst order: what lives innermost is looked at first.
    expect(noted(planOf({ records: [inRoom, inHouse, ready('house')] }).changes)).toEqual([
      { ...lamp, action: 'abandon', because: { reason: 'host-goes', host: 'room' } },
      {
        ...lamp,
        address: 'room',
        instanceId: instance('room'),
        action: 'abandon',
        because: { reason: 'host-goes', host: 'house' },
      },
      {
        ...lamp,
        address: 'house',
        instanceId: instance('house'),
        action: 'destroy',
        because: { reason: 'not-declared' },
      },
    ]);
  });
});

test('a host of a kind that is destroyed first leaves its tenants behind all the same', () => {
  const { changes } = planOf({
    declared: (blueprint) => {
      const house = blueprint.declare(pillar, 'house', ROUND);
      blueprint.declare(brick, 'lamp', PLAIN, { within: house.address });
    },
    records: [ready('house', { kind: 'pillar' }), lampRecord],
  });
  expect(noted(changes).at(1)).toEqual({ ...leftBehind, because: hostReplaced });
});
