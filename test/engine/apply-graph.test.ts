import { describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { planChanges } from '#engine/plan.ts';
import { brick, kinds, pillar } from './support/bricks.ts';
import { at, declare, destroying, outputsOf, ready, type Scenario, stateOf, unreachable } from './support/scenario.ts';
import { namedSteps } from './support/steps.ts';

const SQUARE = { shape: 'square', colour: 'red' };
const ROUND = { shape: 'round', colour: 'red' };
const on = (name: string) => ({ $ref: at(name), output: 'id' });

/** Each step by its name, with what it waits for. */
function orderOf({
  declared = () => undefined,
  records = [],
  seen = [],
}: Scenario): Readonly<Record<string, readonly string[]>> {
  const state = stateOf(records);
  const blueprint = typeof declared === 'function' ? declare(declared) : declared;
  const { changes } = planChanges(blueprint, state, { types: kinds, observations: new Map(seen) });
  const { steps, nameOf } = namedSteps(changes, state);
  return Object.fromEntries(steps.map((step) => [nameOf(step), [...step.needs].map(nameOf).toSorted()]));
}

/** A wall that stands on a base. */
function house({
  base = SQUARE,
  wall = SQUARE,
  kind = brick,
}: { base?: typeof SQUARE; wall?: typeof SQUARE; kind?: typeof brick } = {}) {
  return (blueprint: BlueprintBuilder) => {
    blueprint.declare(kind, 'base', base);
    blueprint.declare(brick, 'wall', { ...wall, on: on('base') });
  };
}

const base = ready('base', { incarnation: 1 });
const wall = ready('wall', {
  incarnation: 2,
  inputs: { ...SQUARE, on: outputsOf('base').id },
  dependsOn: [at('base')],
});

describe('a step that makes something', () => {
  test('waits for what it depends on to be made, be that kept or changed', () => {
    expect(orderOf({ declared: house(), records: [base] })).toEqual({ 'up base': [], 'up wall': ['up base'] });
  });

  test('waits for its old self to be gone when two do not fit', () => {
    expect(
      orderOf({
        declared: (blueprint) => blueprint.declare(pillar, 'base', ROUND),
        records: [{ ...base, kind: 'pillar' }],
      }),
    ).toEqual({
      'up base': ['down base 1'],
      'down base 1': [],
    });
  });
});

describe('a step that ends something', () => {
  test('waits for the successor when that is made first', () => {
    expect(orderOf({ declared: (blueprint) => blueprint.declare(brick, 'base', ROUND), records: [base] })).toEqual({
      'up base': [],
      'down base 1': ['up base'],
    });
  });

  test('waits for what depended on it to be gone', () => {
    expect(orderOf({ records: [base, wall] })).toEqual({ 'down base 1': ['down wall 2'], 'down wall 2': [] });
  });

  test('waits for what moves off it', () => {
    const declared = (blueprint: BlueprintBuilder) => void blueprint.declare(brick, 'wall', { ...SQUARE, near: 'x' });
    const standing = ready('wall', { incarnation: 2, dependsOn: [at('base')] });
    expect(orderOf({ declared, records: [base, standing] })).toEqual({ 'up wall': [], 'down base 1': ['up wall'] });
  });

  test('waits in a chain of create-first replacements from the top down', () => {
    expect(orderOf({ declared: house({ base: ROUND }), records: [base, wall] })).toEqual({
      'up base': [],
      'up wall': ['up base'],
      'down base 1': ['down wall 2', 'up base', 'up wall'],
      'down wall 2': ['up wall'],
    });
  });

  test('goes in a chain of destroy-first replacements from the top down, before anything is made', () => {
    const records = [{ ...base, kind: 'pillar' }, wall];
    expect(orderOf({ declared: house({ base: ROUND, kind: pillar }), records })).toEqual({
      'up base': ['down base 1'],
      'up wall': ['down wall 2', 'up base'],
      'down base 1': ['down wall 2'],
      'down wall 2': [],
    });
  });

  test('does not wait for what can only move once this is gone', () => {
    const declared = (blueprint: BlueprintBuilder) => {
      const below = blueprint.declare(pillar, 'base', ROUND);
      blueprint.declare(brick, 'wall', { ...SQUARE, near: below.output('label') });
    };
    const leaning = ready('wall', {
      incarnation: 2,
      inputs: { ...SQUARE, near: outputsOf('base').label },
      dependsOn: [at('base')],
    });
    expect(orderOf({ declared, records: [{ ...base, kind: 'pillar' }, leaning] })).toEqual({
      'up base': ['down base 1'],
      'up wall': ['up base'],
      'down base 1': [],
    });
  });

  test('ends a deposed instance only once the address is held again: one of the two always works', () => {
    const declared = (blueprint: BlueprintBuilder) => void blueprint.declare(brick, 'wall', ROUND);
    const [old, young] = [ready('wall', { deposed: true }), ready('wall', { incarnation: 2, inputs: ROUND })];
    expect(orderOf({ declared, records: [old, young] })).toEqual({ 'up wall': [], 'down wall 1': ['up wall'] });
    expect(
      orderOf({ declared: (blueprint) => blueprint.declare(brick, 'wall', SQUARE), records: [old, young] }),
    ).toEqual({
      'up wall': [],
      'down wall 2': ['up wall'],
    });
  });

  test('ends a deposed instance at once when its address must be free before it is taken again', () => {
    const declared = (blueprint: BlueprintBuilder) => {
      const below = blueprint.declare(pillar, 'base', ROUND);
      blueprint.declare(brick, 'wall', { ...SQUARE, on: below.output('id') });
    };
    const records = [
      { ...base, kind: 'pillar' },
      { ...wall, deposed: true },
      { ...ready('wall', { incarnation: 3, inputs: wall.inputs }), dependsOn: [at('base')] },
    ];
    expect(orderOf({ declared, records })).toEqual({
      'up base': ['down base 1'],
      'up wall': ['down wall 3', 'up base'],
      'down base 1': ['down wall 2', 'down wall 3'],
      'down wall 2': [],
      'down wall 3': [],
    });
  });

  test('goes on with a destruction that was begun: whoever names that address now means the successor', () => {
    const declared = (blueprint: BlueprintBuilder) => void blueprint.declare(brick, 'wall', SQUARE);
    const begun = destroying('wall', { deposed: true });
    const roof = ready('roof', { incarnation: 3, dependsOn: [at('wall')] });
    expect(orderOf({ declared, records: [begun, ready('wall', { incarnation: 2, inputs: ROUND }), roof] })).toEqual({
      'up wall': [],
      'down wall 1': [],
      'down wall 2': ['down roof 3', 'up wall'],
      'down roof 3': [],
    });
  });

  test('keeps what takes turns with others until another does its part, although its end was begun', () => {
    const ordered = (names: readonly string[]) => {
      const declared = (blueprint: BlueprintBuilder): void => {
        for (const name of names) blueprint.declare(brick, name, SQUARE, { turn: 'pillars' });
        blueprint.declare(brick, 'roof', SQUARE, { dependsOn: [at('wall')] });
      };
      const standing = names.map((name) => ready(name, { incarnation: 2, inputs: SQUARE }));
      return orderOf({ declared, records: [destroying('wall', { deposed: true }), ...standing] })['down wall 1'];
    };
    expect(ordered(['wall', 'other'])).toEqual(['up roof', 'up wall']);
    // One alone has nobody who could do without it.
    expect(ordered(['wall'])).toEqual([]);
  });

  test('does not wait for what is out of reach and left alone', () => {
    expect(orderOf({ records: [base, wall], seen: [unreachable('wall', 2)] })).toEqual({
      'down base 1': [],
      'down wall 2': [],
    });
  });
});

describe('a step that lets something go', () => {
  const lamp = ready('lamp', { incarnation: 2, within: at('house'), dependsOn: [at('house')] });
  const host = ready('house');

  test('waits for the host it goes with', () => {
    expect(orderOf({ records: [host, lamp] })).toEqual({ 'down house 1': [], 'down lamp 2': ['down house 1'] });
  });

  test('waits for the new host when it comes again there, and the old host waits until it has', () => {
    const declared = (blueprint: BlueprintBuilder) => {
      const next = blueprint.declare(brick, 'house', ROUND);
      blueprint.declare(brick, 'lamp', SQUARE, { within: next.address });
    };
    expect(orderOf({ declared, records: [host, lamp] })).toEqual({
      'up house': [],
      'up lamp': ['down lamp 2', 'up house'],
      'down house 1': ['up house', 'up lamp'],
      'down lamp 2': ['up house'],
    });
  });

  test('waits for its successor when that is made first', () => {
    const declared = (blueprint: BlueprintBuilder) => void blueprint.declare(brick, 'base', ROUND, { retain: true });
    expect(orderOf({ declared, records: [{ ...base, retain: true }] })).toEqual({
      'up base': [],
      'down base 1': ['up base'],
    });
  });
});

describe('two histories that contradict one another', () => {
  test('are taken apart the older way when both are deleted', () => {
    const older = ready('wall', { incarnation: 1, deposed: true, dependsOn: [at('base')] });
    const newer = ready('base', { incarnation: 2, dependsOn: [at('wall')] });
    expect(orderOf({ records: [older, newer, ready('wall', { incarnation: 3 })] })).toEqual({
      'down wall 1': ['down base 2'],
      'down base 2': [],
      'down wall 3': ['down base 2'],
    });
  });

  test('pull a replacement down with what it stood on, though it will stand elsewhere', () => {
    const declared = (blueprint: BlueprintBuilder) => {
      const below = blueprint.declare(pillar, 'base', ROUND);
      const between = blueprint.declare(brick, 'wall', SQUARE, { dependsOn: [below.address] });
      blueprint.declare(brick, 'roof', ROUND, { dependsOn: [between.address] });
    };
    const records = [
      { ...base, kind: 'pillar' },
      ready('wall', { incarnation: 2, dependsOn: [at('base')] }),
      ready('roof', { incarnation: 3, dependsOn: [at('base')] }),
    ];
    expect(orderOf({ declared, records })).toEqual({
      'up base': ['down base 1'],
      'up wall': ['up base'],
      'up roof': ['down roof 3', 'up wall'],
      'down base 1': ['down roof 3'],
      'down roof 3': [],
    });
  });
});
