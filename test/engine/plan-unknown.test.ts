import { describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { brick, pillar, plaque } from './support/bricks.ts';
import {
  absent,
  at,
  creating,
  instance,
  noted,
  outputsOf,
  planOf,
  present,
  ready,
  unreachable,
} from './support/scenario.ts';

const PLAIN = { shape: 'square', colour: 'red' };
const base = outputsOf('base');

/** A wall that stands on a base and is turned towards its label: the first cannot change, the second can. */
function built(baseColour: string, baseShape = 'square', type = brick) {
  return (blueprint: BlueprintBuilder) => {
    const below = blueprint.declare(type, 'base', { shape: baseShape, colour: baseColour });
    blueprint.declare(brick, 'wall', { ...PLAIN, on: below.output('id'), near: below.output('label') });
  };
}

const wallRecord: ResourceRecord = ready('wall', {
  inputs: { ...PLAIN, on: base.id, near: base.label },
  dependsOn: [at('base')],
});
const wall = { address: 'wall', kind: 'brick', instanceId: instance('wall') };

function changeOfWall(...scenario: Parameters<typeof planOf>): object | undefined {
  return noted(planOf(...scenario).changes).at(1);
}

describe('an input that refers to an output', () => {
  test('is known when nothing is done to what it refers to', () => {
    expect(changeOfWall({ declared: built('red'), records: [ready('base'), wallRecord] })).toEqual({
      ...wall,
      action: 'keep',
      because: { reason: 'unchanged' },
    });
  });

  test('is known when what it refers to is out of reach: what was recorded counts', () => {
    const records = [ready('base'), wallRecord];
    expect(changeOfWall({ declared: built('blue'), records, seen: [unreachable('base')] })).toEqual({
      ...wall,
      action: 'keep',
      because: { reason: 'unchanged' },
    });
  });

  test('differs as any other input when it leads elsewhere than before', () => {
    const moved = ready('wall', {
      inputs: { ...PLAIN, on: 'id-elsewhere', near: base.label },
      dependsOn: [at('base')],
    });
    expect(changeOfWall({ declared: built('red'), records: [ready('base'), moved] })).toEqual({
      ...wall,
      action: 'replace',
      order: 'create-first',
      old: 'destroy',
      because: { reason: 'inputs-changed', inputs: ['on'] },
    });
  });

  test('stays known through an update when the output is stable, and only then', () => {
    expect(changeOfWall({ declared: built('blue'), records: [ready('base'), wallRecord] })).toEqual({
      ...wall,
      action: 'update',
      because: { reason: 'dependency-changes', inputs: ['near'] },
    });
  });

  test('is known after apply when what it refers to is replaced, and a fixed one replaces in turn', () => {
    expect(changeOfWall({ declared: built('red', 'round'), records: [ready('base'), wallRecord] })).toEqual({
      ...wall,
      action: 'replace',
      order: 'create-first',
      old: 'destroy',
      because: { reason: 'dependency-changes', inputs: ['on', 'near'] },
    });
  });

  test('is known after apply when what it refers to vanished', () => {
    const records = [ready('base'), wallRecord];
    expect(changeOfWall({ declared: built('red'), records, seen: [absent('base'), present('wall')] })).toEqual({
      ...wall,
      action: 'replace',
      order: 'create-first',
      old: 'destroy',
      because: { reason: 'dependency-changes', inputs: ['on', 'near'] },
    });
  });

  test('is known after the update that reads it for the first time, in a version of the kind that is new', () => {
    const { id: _id, ...known } = base;
    const written: ResourceRecord = { ...ready('base'), outputs: known };
    const { changes } = planOf({ declared: built('red'), records: [written, wallRecord], seen: [present('base')] });
    expect(changes.map(({ action, because }) => [action, because])).toEqual([
      ['update', { reason: 'drifted', outputs: ['id'] }],
      ['replace', { reason: 'dependency-changes', inputs: ['on', 'near'] }],
    ]);
  });

  test('hides no difference that is certain', () => {
    const records = [
      ready('base'),
      { ...wallRecord, inputs: { shape: 'round', colour: 'red', on: base.id, near: base.label } },
    ];
    expect(changeOfWall({ declared: built('blue'), records })).toEqual({
      ...wall,
      action: 'replace',
      order: 'create-first',
      old: 'destroy',
      because: { reason: 'inputs-changed', inputs: ['shape'] },
    });
  });

  test('replaces an open create intent that was frozen with an older answer', () => {
    const open = creating('wall', { inputs: { ...PLAIN, on: base.id, near: base.label }, dependsOn: [at('base')] });
    expect(changeOfWall({ declared: built('red', 'round'), records: [ready('base'), open] })).toEqual({
      ...wall,
      action: 'replace',
      order: 'destroy-first',
      old: 'destroy',
      because: { reason: 'interrupted', while: 'creating' },
    });
  });

  test('is found in a list of lists as well', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const below = blueprint.declare(brick, 'base', { shape: 'round', colour: 'red' });
        blueprint.declare(brick, 'wall', { shape: below.output('label'), colour: 'red' });
      },
      records: [
        ready('base'),
        ready('wall', { inputs: { shape: base.label, colour: 'red' }, dependsOn: [at('base')] }),
      ],
    });
    expect(noted(changes).at(1)).toMatchObject({ because: { reason: 'dependency-changes', inputs: ['shape'] } });
  });
});

describe('the order of a replacement', () => {
  test('is destroy-first below a destroy-first one, whatever the kind prefers', () => {
    const records = [ready('base', { kind: 'pillar' }), wallRecord];
    expect(changeOfWall({ declared: built('red', 'round', pillar), records })).toEqual({
      ...wall,
      action: 'replace',
      order: 'destroy-first',
      old: 'destroy',
      because: { reason: 'dependency-changes', inputs: ['on', 'near'] },
    });
  });

  test('is handed on from dependent to dependent', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const below = blueprint.declare(pillar, 'base', { shape: 'round', colour: 'red' });
        const middle = blueprint.declare(brick, 'wall', { ...PLAIN, on: below.output('id') });
        blueprint.declare(brick, 'roof', { ...PLAIN, on: middle.output('id') });
      },
      records: [
        ready('base', { kind: 'pillar' }),
        ready('wall', { inputs: { ...PLAIN, on: base.id }, dependsOn: [at('base')] }),
        ready('roof', { inputs: { ...PLAIN, on: outputsOf('wall').id }, dependsOn: [at('wall')] }),
      ],
    });
    expect(changes.map((change) => 'order' in change && change.order)).toEqual(
      Array.from({ length: 3 }, () => 'destroy-first'),
    );
  });

  test('is handed on through what stays in between', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const below = blueprint.declare(pillar, 'base', { shape: 'round', colour: 'red' });
        const middle = blueprint.declare(brick, 'wall', PLAIN, { dependsOn: [below.address] });
        blueprint.declare(brick, 'roof', { shape: 'round', colour: 'red' }, { dependsOn: [middle.address] });
      },
      records: [
        ready('base', { kind: 'pillar' }),
        ready('wall', { dependsOn: [at('base')] }),
        ready('roof', { dependsOn: [at('base')] }),
      ],
    });
    const [, kept, roof] = noted(changes);
    expect(kept).toMatchObject({ address: 'wall', action: 'keep' });
    expect(roof).toMatchObject({ address: 'roof', action: 'replace', order: 'destroy-first' });
  });

  test('is destroy-first for what broke and goes by a name that its successor will have too', () => {
    const broken = { condition: { is: 'broken', reason: 'it cracked' } } as const;
    const orderFor = (shape: string) => {
      const { changes } = planOf({
        declared: (blueprint) => blueprint.declare(plaque, 'sign', { shape, colour: 'red' }),
        records: [ready('sign', { kind: 'plaque' })],
        seen: [present('sign', broken)],
      });
      return changes.map((change) => 'order' in change && change.order);
    };
    expect([orderFor('square'), orderFor('round')]).toEqual([['destroy-first'], ['create-first']]);
  });
});
