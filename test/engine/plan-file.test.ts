import { describe, expect, test } from 'vitest';
import { decodePlan, encodePlan, type PlanSeal } from '#engine/plan-file.ts';
import { isProblem } from '#engine/problem.ts';
import { sha256Hex } from '#std/hash.ts';
import { brick } from './support/bricks.ts';
import { absent, at, creating, planOf, ready, unreachable } from './support/scenario.ts';

/** Seals nothing: what secrets become in a file is the state's own matter. */
const open: PlanSeal = { close: (value) => value, open: (value) => value };

const plan = planOf({
  declared: (blueprint) => {
    const wall = blueprint.declare(brick, 'wall', { shape: 'round', colour: 'red' });
    blueprint.declare(
      brick,
      'roof',
      { shape: 'square', colour: 'red', on: wall.output('id') },
      { within: wall.address },
    );
    blueprint.declare(brick, 'old', { shape: 'square', colour: 'red' }, { adopt: 'o-1' });
    blueprint.declare(brick, 'lost', { shape: 'square', colour: 'red' });
    blueprint.declare(brick, 'same', { shape: 'square', colour: 'red' });
    blueprint.declare(brick, 'painted', { shape: 'square', colour: 'blue' });
  },
  records: [
    ready('wall'),
    ready('lost'),
    ready('same'),
    ready('painted'),
    creating('shed'),
    ready('tree', { retain: true }),
    ready('far'),
    ready('nest', { within: at('wall'), dependsOn: [at('wall')] }),
  ],
  seen: [absent('lost'), unreachable('far')],
});

describe('a saved plan', () => {
  test('is read as it was written, whatever kinds of change it holds', () => {
    expect(new Set(plan.changes.map(({ action }) => action)).size).toBe(8);
    expect(decodePlan(encodePlan(plan, open), open)).toEqual(plan);
  });

  const text = encodePlan(plan, open);
  const [, body = ''] = text.split('\n');
  const resealed = (changed: string) => `${sha256Hex(changed)}\n${changed}\n`;

  test.each<[string, string]>([
    ['edited', text.replace('"round"', '"oval"')],
    ['cut short', text.slice(0, -40)],
    ['empty', ''],
    ['something else', 'apiVersion: v1'],
    ['of a newer format', resealed(body.replace('"format":1', '"format":2'))],
    ['with a change nobody knows', resealed(body.replace('"action":"keep"', '"action":"paint"'))],
    ['with a member nobody knows', resealed(body.replace('"action":"keep"', '"action":"keep","surprise":1'))],
    ['of text that is no document', resealed('round')],
  ])('that is %s is refused whole', (_title, changed) => {
    expect(() => decodePlan(changed, open)).toThrow(
      expect.toSatisfy((error: unknown) => isProblem(error, 'plan.file-invalid')),
    );
  });
});
