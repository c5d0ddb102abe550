import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '#engine/address.ts';
import { isUpward } from '#engine/change.ts';
import { isEmpty, planChanges } from '#engine/plan.ts';
import { READY, type Observation } from '#engine/resource.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { kinds } from './support/bricks.ts';
import { deepFreeze } from './support/freeze.ts';
import { applyPerfectly } from './support/perfect-apply.ts';
import { worlds, type World } from './support/random-worlds.ts';
import { CLUSTER, stateOf } from './support/scenario.ts';

const RUNS = { numRuns: 1000 };

function plan({ blueprint, records, seen }: World) {
  return planChanges(blueprint, stateOf(records), { types: kinds, observations: seen });
}

test('every declared address has exactly one upward change, in the order of the blueprint', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const upward = plan(world).changes.filter(isUpward);
      expect(upward.map(({ address }) => address)).toEqual([...world.blueprint.declarations.keys()]);
    }),
    RUNS,
  );
});

test('every object that the state knows is in exactly one change', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const named = plan(world).changes.flatMap((change) => ('instanceId' in change ? [change.instanceId] : []));
      expect(named).toHaveLength(world.records.length);
      expect(new Set(named)).toEqual(new Set(world.records.map(({ instanceId }) => instanceId)));
    }),
    RUNS,
  );
});

test('a dependency is made before what depends on it', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const done = new Set<string>();
      for (const { address, declaration } of plan(world).changes.filter(isUpward)) {
        expect(declaration.dependsOn.filter((dependency) => !done.has(dependency))).toEqual([]);
        done.add(address);
      }
    }),
    RUNS,
  );
});

test('what goes stands after all that depended on it and goes too, unless they depended on one another', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const going = plan(world).changes.flatMap((change) => (isUpward(change) ? [] : [change.instanceId]));
      const records = world.records.filter(({ instanceId }) => going.includes(instanceId));
      const early = records.flatMap((one) =>
        records
          .filter(({ dependsOn, address }) => dependsOn.includes(one.address) && !reaches(records, one, address))
          .filter(({ instanceId }) => going.indexOf(one.instanceId) < going.indexOf(instanceId)),
      );
      expect(early).toEqual([]);
    }),
    RUNS,
  );
});

test('nothing out of reach is created, replaced or destroyed, unless its host goes', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      for (const change of plan(world).changes) {
        if (!('instanceId' in change) || change.instanceId === undefined) continue;
        if (world.seen.get(change.instanceId)?.state !== 'unreachable') continue;
        const { reason } = change.because;
        expect([change.action, reason]).toBeOneOf([
          ['keep', 'unreachable'],
          ['leave', 'unreachable'],
          ['abandon', 'host-goes'],
          ['replace', 'host-replaced'],
        ]);
      }
    }),
    RUNS,
  );
});

test('the same world gives the same plan, and the world is left as it was', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const frozen = deepFreeze(world);
      expect(plan(frozen)).toEqual(plan(frozen));
    }),
  );
});

test('after a perfect apply nothing is left to do', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const first = plan(world);
      const left = new Set(first.changes.flatMap((change) => (change.action === 'leave' ? [change.instanceId] : [])));
      const applied = applyPerfectly(stateOf(world.records), first);
      const seen = new Map(
        [...applied.records.values()].map((record) => [record.instanceId, seenAgain(record, world, left)]),
      );
      const second = planChanges(world.blueprint, applied, { types: kinds, observations: seen });
      expect(second.changes.filter(({ action }) => action !== 'keep' && action !== 'leave')).toEqual([]);
      expect(isEmpty(second)).toBe(true);
    }),
    RUNS,
  );
});

/** What was out of reach or left alone stays as it was; all else is as the state says. */
function seenAgain({ instanceId, outputs }: ResourceRecord, world: World, left: ReadonlySet<string>): Observation {
  const before = world.seen.get(instanceId);
  if (before !== undefined && (before.state === 'unreachable' || left.has(instanceId))) return before;
  return { state: 'present', outputs, owner: { cluster: CLUSTER, instanceId }, condition: READY };
}

/** Whether something depends, directly or not, on an address. */
function reaches(records: readonly ResourceRecord[], { dependsOn }: ResourceRecord, goal: Address): boolean {
  const below = new Set(dependsOn);
  for (const address of below) {
    for (const record of records) {
      if (record.address === address) for (const further of record.dependsOn) below.add(further);
    }
  }
  return below.has(goal);
}
