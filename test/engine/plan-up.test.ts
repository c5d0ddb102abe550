import { describe, expect, test } from 'vitest';
import { makeBlueprint, type BlueprintBuilder } from '#engine/blueprint.ts';
import type { Declaration } from '#engine/declaration.ts';
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
  present,
  ready,
  type Scenario,
  unreachable,
  updating,
} from './support/scenario.ts';

const AS_RECORDED = { shape: 'square', colour: 'red' };
const REPAINTED = { shape: 'square', colour: 'blue' };
const RESHAPED = { shape: 'round', colour: 'red' };

function wall(inputs: typeof AS_RECORDED, options?: Parameters<BlueprintBuilder['declare']>[3], type = brick) {
  return (blueprint: BlueprintBuilder) => void blueprint.declare(type, 'wall', inputs, options);
}

const wallBase = { address: 'wall', kind: 'brick', instanceId: instance('wall') };
const replaced = { ...wallBase, action: 'replace', order: 'create-first', old: 'destroy' };
const broken = { is: 'broken', reason: 'it fell over' } as const;

type Row = Scenario & { readonly is: string; readonly becomes: object };

const table: readonly Row[] = [
  {
    is: 'without an instance is created',
    declared: wall(AS_RECORDED),
    becomes: { address: 'wall', kind: 'brick', action: 'create', because: { reason: 'declared' } },
  },
  {
    is: 'without an instance is adopted when that is asked',
    declared: wall(AS_RECORDED, { adopt: 'w-123' }),
    becomes: {
      address: 'wall',
      kind: 'brick',
      action: 'adopt',
      id: 'w-123',
      because: { reason: 'adoption-asked', id: 'w-123' },
    },
  },
  {
    is: 'that was adopted already is kept',
    declared: wall(AS_RECORDED, { adopt: 'w-123' }),
    records: [ready('wall')],
    seen: [present('wall')],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unchanged' } },
  },
  {
    is: 'seen as recorded is kept',
    declared: wall(AS_RECORDED),
    records: [ready('wall')],
    seen: [present('wall')],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unchanged' } },
  },
  {
    is: 'nobody looked at is believed to be as recorded',
    declared: wall(AS_RECORDED),
    records: [ready('wall')],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unchanged' } },
  },
  {
    is: 'still pending is kept: waiting is no difference',
    declared: wall(AS_RECORDED),
    records: [ready('wall')],
    seen: [present('wall', { condition: { is: 'pending', waitingFor: 'the mortar' } })],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unchanged' } },
  },
  {
    is: 'declared with other changeable inputs is updated',
    declared: wall(REPAINTED),
    records: [ready('wall')],
    seen: [present('wall')],
    becomes: { ...wallBase, action: 'update', because: { reason: 'inputs-changed', inputs: ['colour'] } },
  },
  {
    is: 'of another kind than declared is replaced',
    declared: (blueprint) => void blueprint.declare(pillar, 'wall', AS_RECORDED),
    records: [ready('wall')],
    seen: [present('wall')],
    becomes: {
      ...wallBase,
      kind: 'pillar',
      action: 'replace',
      order: 'destroy-first',
      old: 'destroy',
      because: { reason: 'inputs-changed', inputs: ['kind'] },
    },
  },
  {
    is: 'that drifted is updated',
    declared: wall(AS_RECORDED),
    records: [ready('wall')],
    seen: [present('wall', { outputs: { label: 'graffiti' } })],
    becomes: { ...wallBase, action: 'update', because: { reason: 'drifted', outputs: ['label'] } },
  },
  {
    is: 'that drifted only where drift is ignored is kept',
    declared: wall(AS_RECORDED),
    records: [ready('wall')],
    seen: [present('wall', { outputs: { heat: 451 } })],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unchanged' } },
  },
  {
    is: 'whose retention changed is updated, so that the state remembers it',
    declared: wall(AS_RECORDED, { retain: true }),
    records: [ready('wall')],
    becomes: { ...wallBase, action: 'update', because: { reason: 'declaration-changed' } },
  },
  {
    is: 'that no longer depends on something is updated, so that the state forgets it',
    declared: wall(AS_RECORDED),
    records: [ready('wall', { dependsOn: [at('cellar')] })],
    becomes: { ...wallBase, action: 'update', because: { reason: 'declaration-changed' } },
  },
  {
    is: 'with another fixed input is replaced in the order of its kind',
    declared: wall(RESHAPED),
    records: [ready('wall')],
    seen: [present('wall')],
    becomes: { ...replaced, because: { reason: 'inputs-changed', inputs: ['shape'] } },
  },
  {
    is: 'of which two do not fit is replaced destroy-first',
    declared: wall(RESHAPED, {}, pillar),
    records: [ready('wall', { kind: 'pillar' })],
    becomes: {
      ...replaced,
      kind: 'pillar',
      order: 'destroy-first',
      because: { reason: 'inputs-changed', inputs: ['shape'] },
    },
  },
  {
    is: 'to be retained is replaced by a new one and let go',
    declared: wall(RESHAPED, { retain: true }),
    records: [ready('wall', { retain: true })],
    becomes: { ...replaced, old: 'abandon', because: { reason: 'inputs-changed', inputs: ['shape'] } },
  },
  {
    is: 'seen broken is replaced, for what broke it and not for what else differs',
    declared: wall(RESHAPED),
    records: [ready('wall')],
    seen: [present('wall', { condition: broken })],
    becomes: { ...replaced, because: { reason: 'broken', detail: 'it fell over' } },
  },
  {
    is: 'that vanished is created anew and its record taken up',
    declared: wall(RESHAPED),
    records: [ready('wall')],
    seen: [absent('wall')],
    becomes: { ...wallBase, action: 'create', because: { reason: 'vanished' } },
  },
  {
    is: 'out of reach is kept, whatever is declared',
    declared: wall(RESHAPED),
    records: [ready('wall')],
    seen: [unreachable('wall')],
    becomes: { ...wallBase, action: 'keep', because: { reason: 'unreachable', detail: 'no route' } },
  },
  {
    is: 'interrupted while it was created is created again under the same intent',
    declared: wall(REPAINTED),
    records: [creating('wall')],
    becomes: { ...wallBase, action: 'create', because: { reason: 'interrupted', while: 'creating' } },
  },
  {
    is: 'interrupted while it was created with what cannot be changed any more is replaced, the old one first',
    declared: wall(RESHAPED),
    records: [creating('wall')],
    becomes: { ...replaced, order: 'destroy-first', because: { reason: 'interrupted', while: 'creating' } },
  },
  {
    is: 'interrupted while it was updated is updated again, even when nothing differs',
    declared: wall(AS_RECORDED),
    records: [updating('wall')],
    seen: [present('wall')],
    becomes: { ...wallBase, action: 'update', because: { reason: 'interrupted', while: 'updating' } },
  },
  {
    is: 'interrupted while it was updated and gone since is created anew',
    declared: wall(AS_RECORDED),
    records: [updating('wall')],
    seen: [absent('wall')],
    becomes: { ...wallBase, action: 'create', because: { reason: 'vanished' } },
  },
  {
    is: 'interrupted while it was updated is replaced when the declaration changed meanwhile in what is fixed',
    declared: wall(RESHAPED),
    records: [updating('wall')],
    becomes: { ...replaced, because: { reason: 'inputs-changed', inputs: ['shape'] } },
  },
  {
    is: 'interrupted while it was destroyed is made anew once it is gone',
    declared: wall(AS_RECORDED),
    records: [destroying('wall')],
    becomes: { ...replaced, order: 'destroy-first', because: { reason: 'interrupted', while: 'destroying' } },
  },
];

describe('a declared resource', () => {
  test.each([
    ['is replaced when this very object cannot be given what others can', 'no blue', 'replace'],
    ['is updated when it can', 'no green', 'update'],
  ])('%s', (_title, label, action) => {
    const outputs = { ...outputsOf('wall'), label };
    const { changes } = planOf({ declared: wall(REPAINTED), records: [{ ...ready('wall'), outputs }] });
    expect(changes).toMatchObject([{ action, because: { reason: 'inputs-changed', inputs: ['colour'] } }]);
  });

  test.each(table)('$is', ({ becomes, ...scenario }) => {
    expect(noted(planOf(scenario).changes)).toEqual([becomes]);
  });

  test('lives inside another that did not move, and is kept', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const house = blueprint.declare(brick, 'house', AS_RECORDED);
        blueprint.declare(brick, 'wall', AS_RECORDED, { within: house.address });
      },
      records: [ready('house'), ready('wall', { within: at('house'), dependsOn: [at('house')] })],
    });
    expect(changes.map(({ action }) => action)).toEqual(['keep', 'keep']);
  });
});

describe('a declaration that cannot be planned', () => {
  test.each([
    ['of a kind nobody knows', { kind: 'sandcastle', inputs: AS_RECORDED }, 'blueprint.kind-unknown', 'wall'],
    ['with an input of the wrong type', { inputs: { shape: 4 } }, 'blueprint.inputs-invalid', 'wall'],
    [
      'with an input the kind does not have',
      { inputs: { shape: 'x', smell: 'y' } },
      'blueprint.inputs-invalid',
      'wall',
    ],
    [
      'that refers to an output nobody has',
      { inputs: { shape: { $ref: at('base'), output: 'mood' } } },
      'blueprint.output-unknown',
      'base',
    ],
  ])('%s is refused by name', (_title, changed, code, address) => {
    const base: Declaration = { address: at('base'), kind: 'brick', inputs: AS_RECORDED, dependsOn: [], retain: false };
    const strange = { ...base, address: at('wall'), dependsOn: [at('base')], ...changed };
    expect(() => planOf({ declared: makeBlueprint([base, strange]), records: [ready('base')] })).toThrow(
      expect.objectContaining({ code, address }),
    );
  });

  test('is not held against inputs that are known only after apply', () => {
    const { changes } = planOf({
      declared: (blueprint) => {
        const base = blueprint.declare(brick, 'base', AS_RECORDED);
        blueprint.declare(brick, 'wall', { ...AS_RECORDED, on: base.output('id') });
      },
    });
    expect(changes.map(({ action }) => action)).toEqual(['create', 'create']);
  });
});
