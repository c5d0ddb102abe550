import { describe, expect, test } from 'vitest';
import type { InstanceId } from '#engine/address.ts';
import { isEmpty, planChanges } from '#engine/plan.ts';
import type { Observation } from '#engine/resource.ts';
import { Secret } from '#std/secret.ts';
import { brick, kinds } from './support/bricks.ts';
import { deepFreeze } from './support/freeze.ts';
import {
  CLUSTER,
  SERIAL,
  absent,
  at,
  creating,
  declare,
  instance,
  planOf,
  present,
  ready,
  stateOf,
} from './support/scenario.ts';

const declared = declare((blueprint) => {
  const wall = blueprint.declare(brick, 'wall', {
    shape: 'square',
    colour: 'blue',
    secret: new Secret('under the mat'),
  });
  blueprint.declare(brick, 'roof', {
    shape: 'pointed',
    colour: 'red',
    on: wall.output('id'),
    near: wall.output('label'),
  });
  blueprint.declare(brick, 'new', { shape: 'square', colour: 'red' });
});
const records = [
  ready('wall'),
  ready('roof', { inputs: { shape: 'pointed', colour: 'red' }, dependsOn: [] }),
  creating('attic', { incarnation: 3 }),
  ready('attic', { incarnation: 2, deposed: true }),
];
const observations = new Map<InstanceId, Observation>([
  present('wall'),
  absent('roof'),
  present('attic', { incarnation: 2 }),
]);

describe('a plan', () => {
  test('names the state it was made from and the blueprint it leads to', () => {
    const { changes: _changes, ...bound } = planChanges(declared, stateOf([]), { types: kinds, purpose: 'rollback' });
    expect(bound).toEqual({ purpose: 'rollback', cluster: CLUSTER, serial: SERIAL, blueprint: declared.hash });
  });

  test('is an apply unless it is said to be something else', () => {
    expect(planChanges(declared, stateOf([]), { types: kinds }).purpose).toBe('apply');
  });

  test('writes to nothing it was given and says the same when it is asked again', () => {
    const frozen = deepFreeze(records);
    const blueprint = deepFreeze(declared);
    const options = { types: kinds, observations: deepFreeze(observations) };
    const before = stateOf(frozen).toDocument();
    const state = stateOf(frozen);
    const first = planChanges(blueprint, state, options);
    expect(planChanges(blueprint, state, options)).toEqual(first);
    expect(planChanges(blueprint, stateOf(frozen), options)).toEqual(first);
    expect(state.toDocument()).toEqual(before);
  });

  test('carries with each upward change the declaration of its address, as it was declared', () => {
    const { changes } = planChanges(declared, stateOf(records), { types: kinds });
    const carried = changes.flatMap((change) => ('declaration' in change ? [change.declaration] : []));
    expect(carried).toEqual([...declared.declarations.values()]);
  });

  test('lists what is made dependencies first, then what goes dependents first', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const wall = blueprint.declare(brick, 'wall', { shape: 'square', colour: 'red' });
        blueprint.declare(brick, 'roof', { shape: 'pointed', colour: 'red', on: wall.output('id') });
      },
      records: [ready('cellar'), ready('stairs', { dependsOn: [at('cellar')] }), ready('wall')],
    });
    expect(changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
      'keep wall',
      'create roof',
      'destroy stairs',
      'destroy cellar',
    ]);
  });

  test('lists what goes dependents first even when the dependent was made before what it needs', () => {
    const { changes } = planOf({ records: [ready('stairs', { dependsOn: [at('cellar')] }), ready('cellar')] });
    expect(changes.map(({ address }) => address)).toEqual(['stairs', 'cellar']);
  });

  test('is empty when everything is kept or left alone', () => {
    const square = { shape: 'square', colour: 'red' };
    const plan = planOf({
      declared: (blueprint) => blueprint.declare(brick, 'wall', square),
      records: [ready('wall'), ready('shed')],
      seen: [present('wall'), [instance('shed'), { state: 'unreachable', reason: 'no route' }]],
    });
    expect(isEmpty(plan)).toBe(true);
    expect(isEmpty(planOf({ declared: (blueprint) => blueprint.declare(brick, 'wall', square) }))).toBe(false);
  });
});
