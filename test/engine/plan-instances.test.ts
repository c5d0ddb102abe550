import { describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { brick } from './support/bricks.ts';
import {
  absent,
  at,
  creating,
  destroying,
  instance,
  noted,
  outputsOf,
  planOf,
  present,
  ready,
  type Scenario,
  unreachable,
  updating,
} from './support/scenario.ts';

const SQUARE = { shape: 'square', colour: 'red' };
const BLUE = { shape: 'square', colour: 'blue' };
const ROUND = { shape: 'round', colour: 'red' };

const wall = (inputs: typeof SQUARE) => (blueprint: BlueprintBuilder) => void blueprint.declare(brick, 'wall', inputs);
const first = { address: 'wall', kind: 'brick', instanceId: instance('wall', 1) };
const second = { ...first, instanceId: instance('wall', 2) };

/** A replacement that was cut short: the first instance is deposed, the second has the address. */
const oldSquare = ready('wall', { incarnation: 1, deposed: true });
const neverBlue = { ...oldSquare, outputs: { ...outputsOf('wall'), label: 'no blue' } };
const newRound = ready('wall', { incarnation: 2, inputs: ROUND });
const superseded = { action: 'destroy', because: { reason: 'superseded' } };

type Row = Scenario & { readonly is: string; readonly becomes: readonly object[] };

describe('an address with two instances', () => {
  test.each<Row>([
    {
      is: 'keeps the one that holds it and destroys the deposed one',
      declared: wall(ROUND),
      records: [oldSquare, newRound],
      becomes: [
        { ...second, action: 'keep', because: { reason: 'unchanged' } },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'finishes the one that was being created and destroys the deposed one',
      declared: wall(ROUND),
      records: [oldSquare, creating('wall', { incarnation: 2, inputs: ROUND })],
      becomes: [
        { ...second, action: 'create', because: { reason: 'interrupted', while: 'creating' } },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'finishes the one that was being created where the deposed one cannot become what is declared',
      declared: wall(BLUE),
      records: [neverBlue, creating('wall', { incarnation: 2, inputs: BLUE })],
      seen: [present('wall', { incarnation: 1, outputs: { label: 'no blue' } })],
      becomes: [
        { ...second, action: 'create', because: { reason: 'interrupted', while: 'creating' } },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'goes back to the deposed one when the declaration does, and destroys the other',
      declared: wall(SQUARE),
      records: [oldSquare, newRound],
      seen: [present('wall', { incarnation: 1 }), present('wall', { incarnation: 2 })],
      becomes: [
        { ...first, action: 'update', because: { reason: 'restored' } },
        { ...second, ...superseded },
      ],
    },
    {
      is: 'goes back to the deposed one from a create intent that was never answered',
      declared: wall(SQUARE),
      records: [oldSquare, creating('wall', { incarnation: 2, inputs: ROUND })],
      becomes: [
        { ...first, action: 'update', because: { reason: 'restored' } },
        { ...second, ...superseded },
      ],
    },
    {
      is: 'does not go back to one that is not there any more',
      declared: wall(SQUARE),
      records: [oldSquare, newRound],
      seen: [absent('wall', 1), present('wall', { incarnation: 2 })],
      becomes: [
        {
          ...second,
          action: 'replace',
          order: 'create-first',
          old: 'destroy',
          because: { reason: 'inputs-changed', inputs: ['shape'] },
        },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'does not destroy what works for the sake of one that is out of reach',
      declared: wall(SQUARE),
      records: [oldSquare, newRound],
      seen: [unreachable('wall', 1), present('wall', { incarnation: 2 })],
      becomes: [
        {
          ...second,
          action: 'replace',
          order: 'create-first',
          old: 'destroy',
          because: { reason: 'inputs-changed', inputs: ['shape'] },
        },
        { ...first, action: 'leave', because: { reason: 'unreachable', detail: 'no route' } },
      ],
    },
    {
      is: 'does not go back to one that is broken',
      declared: wall(SQUARE),
      records: [oldSquare, newRound],
      seen: [present('wall', { incarnation: 1, condition: { is: 'broken', reason: 'it fell' } })],
      becomes: [
        {
          ...second,
          action: 'replace',
          order: 'create-first',
          old: 'destroy',
          because: { reason: 'inputs-changed', inputs: ['shape'] },
        },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'does not go back to one whose destruction was begun',
      declared: wall(SQUARE),
      records: [destroying('wall', { incarnation: 1, deposed: true }), newRound],
      becomes: [
        {
          ...second,
          action: 'replace',
          order: 'create-first',
          old: 'destroy',
          because: { reason: 'inputs-changed', inputs: ['shape'] },
        },
        { ...first, action: 'destroy', because: { reason: 'interrupted', while: 'destroying' } },
      ],
    },
    {
      is: 'stays with the one that holds it as long as that can be changed in place',
      declared: wall({ shape: 'round', colour: 'blue' }),
      records: [ready('wall', { incarnation: 1, deposed: true, inputs: { shape: 'round', colour: 'blue' } }), newRound],
      becomes: [
        { ...second, action: 'update', because: { reason: 'inputs-changed', inputs: ['colour'] } },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'goes back to the youngest of several that fit',
      declared: wall(SQUARE),
      records: [
        oldSquare,
        ready('wall', { incarnation: 2, deposed: true }),
        ready('wall', { incarnation: 3, inputs: ROUND }),
      ],
      becomes: [
        { ...second, action: 'update', because: { reason: 'restored' } },
        { ...first, instanceId: instance('wall', 3), ...superseded },
        { ...first, ...superseded },
      ],
    },
    {
      is: 'destroys both when it is not declared any more',
      records: [oldSquare, newRound],
      becomes: [
        { ...second, action: 'destroy', because: { reason: 'not-declared' } },
        { ...first, ...superseded },
      ],
    },
  ])('$is', ({ becomes, ...scenario }) => {
    expect(noted(planOf(scenario).changes)).toEqual(becomes);
  });

  test('knows the outputs of the instance it goes back to', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const below = blueprint.declare(brick, 'wall', SQUARE);
        blueprint.declare(brick, 'roof', { ...SQUARE, on: below.output('id') });
      },
      records: [
        oldSquare,
        newRound,
        ready('roof', { inputs: { ...SQUARE, on: 'id-wall-1' }, dependsOn: [at('wall')] }),
      ],
    });
    expect(noted(changes).at(1)).toEqual({
      address: 'roof',
      kind: 'brick',
      instanceId: instance('roof'),
      action: 'keep',
      because: { reason: 'unchanged' },
    });
  });
});

describe('an object that is not declared any more', () => {
  test.each<Row>([
    {
      is: 'is destroyed',
      records: [ready('wall')],
      becomes: [{ ...first, action: 'destroy', because: { reason: 'not-declared' } }],
    },
    {
      is: 'is destroyed though it is gone already: the apply finds that out for certain',
      records: [ready('wall')],
      seen: [absent('wall')],
      becomes: [{ ...first, action: 'destroy', because: { reason: 'not-declared' } }],
    },
    {
      is: 'is destroyed in the middle of its creation',
      records: [creating('wall')],
      becomes: [{ ...first, action: 'destroy', because: { reason: 'not-declared' } }],
    },
    {
      is: 'is destroyed in the middle of its update',
      records: [updating('wall')],
      becomes: [{ ...first, action: 'destroy', because: { reason: 'not-declared' } }],
    },
    {
      is: 'is destroyed to the end when that was begun',
      records: [destroying('wall')],
      becomes: [{ ...first, action: 'destroy', because: { reason: 'interrupted', while: 'destroying' } }],
    },
    {
      is: 'is left alone while it is out of reach',
      records: [ready('wall')],
      seen: [unreachable('wall')],
      becomes: [{ ...first, action: 'leave', because: { reason: 'unreachable', detail: 'no route' } }],
    },
    {
      is: 'is let go when it is to be retained',
      records: [ready('wall', { retain: true })],
      becomes: [{ ...first, action: 'abandon', because: { reason: 'retained' } }],
    },
    {
      is: 'is let go when it is to be retained, and so is its deposed predecessor',
      records: [ready('wall', { retain: true, deposed: true }), ready('wall', { incarnation: 2, retain: true })],
      becomes: [
        { ...second, action: 'abandon', because: { reason: 'retained' } },
        { ...first, action: 'abandon', because: { reason: 'retained' } },
      ],
    },
  ])('$is', ({ becomes, ...scenario }) => {
    expect(noted(planOf(scenario).changes)).toEqual(becomes);
  });
});
