import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlueprintBuilder, EMPTY_BLUEPRINT, makeBlueprint } from '#engine/blueprint.ts';
import type { Declaration } from '#engine/declaration.ts';
import { problem } from '#engine/problem.ts';
import { Secret } from '#std/secret.ts';
import { brick } from './support/bricks.ts';
import { at, declare } from './support/scenario.ts';

const SQUARE = { shape: 'square', colour: 'red' };

describe('a blueprint', () => {
  test('holds what was declared, with an edge for each reference, each host and each dependency, once and sorted', () => {
    const { declarations } = declare((blueprint) => {
      const wall = blueprint.declare(brick, 'wall', SQUARE);
      const house = blueprint.declare(brick, 'house', SQUARE);
      const inputs = { ...SQUARE, on: wall.output('id'), near: wall.output('label') };
      blueprint.declare(brick, 'lamp', inputs, {
        within: house.address,
        dependsOn: [wall.address],
        retain: true,
        adopt: 'l-1',
      });
    });
    expect(declarations.get(at('lamp'))).toEqual({
      address: 'lamp',
      kind: 'brick',
      inputs: { ...SQUARE, on: { $ref: 'wall', output: 'id' }, near: { $ref: 'wall', output: 'label' } },
      dependsOn: ['house', 'wall'],
      within: 'house',
      retain: true,
      adopt: 'l-1',
    });
  });

  test('stands in an order in which each comes after what it needs', () => {
    const builder = new BlueprintBuilder();
    builder.declare(brick, 'roof', SQUARE, { dependsOn: [at('wall')] });
    builder.declare(brick, 'wall', SQUARE);
    expect([...builder.build().declarations.keys()]).toEqual(['wall', 'roof']);
  });

  test('refuses two resources of one address', () => {
    const builder = new BlueprintBuilder();
    builder.declare(brick, 'wall', SQUARE);
    expect(() => builder.declare(brick, 'wall', SQUARE)).toThrow(
      problem('blueprint.duplicate', { address: at('wall'), detail: 'wall is declared twice.' }),
    );
  });

  test('refuses two resources of one address however they come to it', () => {
    const wall = plain('wall');
    expect(() => makeBlueprint([wall, { ...wall, kind: 'pillar' }])).toThrow(
      problem('blueprint.duplicate', { address: at('wall'), detail: 'wall is declared twice.' }),
    );
  });

  test('refuses a name that cannot be an address', () => {
    expect(() => new BlueprintBuilder().declare(brick, 'The Wall', SQUARE)).toThrow(
      problem('address.invalid', { detail: '"The Wall" is not an address.' }),
    );
  });

  test('refuses a reference to what is not declared', () => {
    const builder = new BlueprintBuilder();
    builder.declare(brick, 'roof', SQUARE, { dependsOn: [at('wall')] });
    expect(() => builder.build()).toThrow(
      problem('blueprint.dangling', { address: at('roof'), detail: 'roof needs wall, which is not declared.' }),
    );
  });

  test('refuses resources that need one another', () => {
    const circle = [plain('a', ['b']), plain('b', ['a'])];
    expect(() => makeBlueprint(circle)).toThrow(problem('blueprint.cycle', { detail: 'a → b → a need one another.' }));
  });
});

describe('the hash of a blueprint', () => {
  test('is the same in whatever order it was declared', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((name, place, names) => plain(name, names.slice(0, place)));
    const { hash } = makeBlueprint(five);
    fc.assert(
      fc.property(fc.shuffledSubarray(five, { minLength: five.length }), (shuffled) => {
        expect(makeBlueprint(shuffled).hash).toBe(hash);
      }),
    );
  });

  test.each<[string, Partial<Declaration>]>([
    ['an input', { inputs: { shape: 'round' } }],
    ['a dependency', { dependsOn: [] }],
    ['a host', { within: at('base') }],
    ['a retention', { retain: true }],
    ['an adoption', { adopt: 'x' }],
    ['a kind', { kind: 'pillar' }],
    ['a name', { address: at('other') }],
    ['a secret', { inputs: { secret: new Secret('another') } }],
  ])('tells %s apart', (_title, changed) => {
    const wall = { ...plain('wall', ['base']), inputs: { secret: new Secret('one') } };
    const hashOf = (declaration: Declaration) => makeBlueprint([plain('base'), declaration]).hash;
    expect(hashOf({ ...wall, ...changed })).not.toBe(hashOf(wall));
    expect(hashOf({ ...wall, inputs: { secret: new Secret('one') } })).toBe(hashOf(wall));
  });

  test('is one for all that are empty', () => {
    expect(makeBlueprint([]).hash).toBe(EMPTY_BLUEPRINT.hash);
  });
});

test('a blueprint shows no secret when it is printed or written', () => {
  const { declarations } = declare((blueprint) =>
    blueprint.declare(brick, 'safe', { ...SQUARE, secret: new Secret('swordfish') }),
  );
  expect(JSON.stringify([...declarations.values()])).not.toContain('swordfish');
  expect(String([...declarations.values()].map(({ inputs }) => inputs))).not.toContain('swordfish');
});

function plain(name: string, dependsOn: readonly string[] = []): Declaration {
  return { address: at(name), kind: 'brick', inputs: SQUARE, dependsOn: dependsOn.map(at), retain: false };
}
