import { describe, expect, test } from 'vitest';
import { at, creating, instance, planOf, ready, type Scenario, unreachable } from './support/scenario.ts';

const NOTHING_DECLARED = () => undefined;

type Row = Scenario & { readonly is: string; readonly becomes: object };

describe('what is no longer declared', () => {
  test.each<Row>([
    {
      is: 'is destroyed although it is to be retained, when it never became ready',
      declared: NOTHING_DECLARED,
      records: [creating('wall', { retain: true })],
      becomes: { wall: 'destroy' },
    },
    {
      is: 'is left alone as long as something that does not answer stands on it, directly or not',
      declared: NOTHING_DECLARED,
      records: [ready('base'), ready('wall', { dependsOn: [at('base')] }), ready('roof', { dependsOn: [at('wall')] })],
      seen: [unreachable('roof')],
      becomes: { base: 'leave', wall: 'leave', roof: 'leave' },
    },
    {
      is: 'is destroyed beside what is left alone, when that does not stand on it',
      declared: NOTHING_DECLARED,
      records: [ready('base'), ready('wall', { dependsOn: [at('base')] }), ready('shed')],
      seen: [unreachable('wall')],
      becomes: { base: 'leave', wall: 'leave', shed: 'destroy' },
    },
  ])('$is', ({ becomes, ...scenario }) => {
    const actions = planOf(scenario).changes.map(({ address, action }) => [address, action]);
    expect(Object.fromEntries(actions)).toEqual(becomes);
  });

  test('what is left alone says what keeps it', () => {
    const records = [ready('base'), ready('wall', { dependsOn: [at('base')] })];
    const plan = planOf({ declared: NOTHING_DECLARED, records, seen: [unreachable('wall')] });
    expect(plan.changes.find(({ address }) => address === 'base')).toEqual({
      address: 'base',
      kind: 'brick',
      instanceId: instance('base'),
      action: 'leave',
      because: { reason: 'unreachable', detail: 'wall, which needs it, does not answer' },
    });
  });
});
