import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AssertionFailed } from '#std/assert.ts';
import { ClusterState, type ClusterStateDocument } from '#engine/cluster-state.ts';
import type { JournalEntry } from '#engine/journal.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { at, CLUSTER, instance } from './support/scenario.ts';

const first = instance('wall', 1);
const second = instance('wall', 2);
const inputs = { shape: 'square' };
const declared = { inputs, dependsOn: [at('base')], retain: false };

function create(incarnation = 1, more: Partial<Extract<JournalEntry, { type: 'create' }>> = {}): JournalEntry {
  const identity = { address: at('wall'), kind: 'brick', instanceId: instance('wall', incarnation), incarnation };
  return { type: 'create', ...identity, ...declared, variant: 'a', attempt: 1, ...more };
}

const created: JournalEntry = { type: 'created', instanceId: first, outputs: { id: 'w-1' } };
const becameReady: JournalEntry = { type: 'ready', instanceId: first, outputs: { id: 'w-1' }, atMs: 5 };
const update: JournalEntry = {
  type: 'update',
  instanceId: first,
  inputs: { shape: 'round' },
  dependsOn: [],
  within: at('house'),
  retain: true,
};
const failed: JournalEntry = {
  type: 'failed',
  instanceId: first,
  problem: { code: 'call.quota', detail: 'none left' },
};
const destroy: JournalEntry = { type: 'destroy', instanceId: first };

const base = {
  address: 'wall',
  kind: 'brick',
  instanceId: first,
  incarnation: 1,
  ...declared,
  within: undefined,
  deposed: false,
  problem: undefined,
};
const outputs = { id: 'w-1' };
const updated = { ...base, inputs: { shape: 'round' }, dependsOn: [], within: 'house', retain: true };

function folded(...entries: readonly JournalEntry[]): ClusterState {
  const state = new ClusterState(CLUSTER);
  for (const entry of entries) state.fold(entry);
  return state;
}

function recordsAfter(...entries: readonly JournalEntry[]): readonly ResourceRecord[] {
  return [...folded(...entries).records.values()];
}

describe('a record', () => {
  test.each<[string, readonly JournalEntry[], object]>([
    [
      'is opened by a create intent',
      [create()],
      { ...base, status: 'creating', variant: 'a', attempt: 1, outputs: undefined },
    ],
    [
      'knows its object once the service has answered',
      [create(), created],
      { ...base, status: 'creating', variant: 'a', attempt: 1, outputs },
    ],
    [
      'forgets the answer when the request is made anew elsewhere',
      [create(), failed, create(1, { variant: 'b', attempt: 2 })],
      { ...base, status: 'creating', variant: 'b', attempt: 2, outputs: undefined },
    ],
    ['becomes ready', [create(), created, becameReady], { ...base, status: 'ready', outputs, readyAtMs: 5 }],
    [
      'remembers during an update what it was',
      [create(), becameReady, update],
      { ...updated, status: 'updating', outputs, previousInputs: inputs },
    ],
    [
      'remembers after a second update what it was before both',
      [create(), becameReady, update, update],
      { ...updated, status: 'updating', outputs, previousInputs: inputs },
    ],
    [
      'is ready again as it was last declared',
      [create(), becameReady, update, becameReady],
      { ...updated, status: 'ready', outputs, readyAtMs: 5, isChanged: true },
    ],
    [
      'keeps what went wrong',
      [create(), becameReady, failed],
      { ...base, status: 'ready', outputs, readyAtMs: 5, problem: { code: 'call.quota', detail: 'none left' } },
    ],
    [
      'forgets what went wrong when it goes on',
      [create(), becameReady, failed, update],
      { ...updated, status: 'updating', outputs, previousInputs: inputs },
    ],
    ['knows what it destroys', [create(), becameReady, destroy], { ...base, status: 'destroying', outputs }],
    [
      'of an adopted object starts with an update',
      [{ type: 'adopt', address: at('wall'), kind: 'brick', instanceId: first, incarnation: 1, ...declared, outputs }],
      { ...base, status: 'updating', outputs, previousInputs: undefined },
    ],
  ])('%s', (_title, entries, expected) => {
    expect(recordsAfter(...entries)).toEqual([expected]);
  });

  test.each(['destroyed', 'absent', 'never-created'] as const)('ends when its object is gone: %s', (because) => {
    const state = folded(create(), { type: 'gone', instanceId: first, because });
    expect([...state.records, ...state.released]).toEqual([]);
    expect(state.current(at('wall'))).toBeUndefined();
    expect(state.instancesAt(at('wall'))).toEqual([]);
  });

  test.each(['abandoned', 'retained'] as const)('leaves a note when its object is let go: %s', (because) => {
    const state = folded(create(), { type: 'gone', instanceId: first, because });
    expect([...state.records]).toEqual([]);
    expect([...state.released]).toEqual([first]);
  });

  test('must have been opened before anything else is said about it', () => {
    expect(() => folded(destroy)).toThrow(
      new AssertionFailed(`The journal speaks of instance ${first} before creating it.`),
    );
  });
});

describe('an address', () => {
  const holders = (state: ClusterState) =>
    state.instancesAt(at('wall')).map(({ instanceId, deposed }) => [instanceId, deposed]);

  test('is taken over by a newer instance, and the older one is deposed', () => {
    const state = folded(create(), becameReady, create(2));
    expect(holders(state)).toEqual([
      [first, true],
      [second, false],
    ]);
    expect(state.current(at('wall'))?.instanceId).toBe(second);
  });

  test('falls back to the older instance when the newer one is given up', () => {
    const state = folded(create(), becameReady, create(2), {
      type: 'gone',
      instanceId: second,
      because: 'never-created',
    });
    expect(holders(state)).toEqual([[first, false]]);
    expect(state.current(at('wall'))?.instanceId).toBe(first);
  });

  test('stays with the newer instance when the older one goes', () => {
    expect(holders(folded(create(), create(2), { type: 'gone', instanceId: first, because: 'destroyed' }))).toEqual([
      [second, false],
    ]);
  });

  test('is given back to an older instance that is updated', () => {
    const state = folded(create(), becameReady, create(2), update);
    expect(holders(state)).toEqual([
      [first, false],
      [second, true],
    ]);
  });

  test('falls to the youngest that is left', () => {
    const third = instance('wall', 3);
    const state = folded(create(), create(2), create(3), { type: 'gone', instanceId: third, because: 'absent' });
    expect(holders(state)).toEqual([
      [first, true],
      [second, false],
    ]);
  });

  test('that nobody has, has no instances', () => {
    expect(folded().instancesAt(at('wall'))).toEqual([]);
  });
});

describe('the state', () => {
  test('never gives out an incarnation twice, even when the last one is gone', () => {
    expect(folded().nextIncarnation).toBe(1);
    expect(
      folded(create(4), { type: 'gone', instanceId: instance('wall', 4), because: 'absent' }, create(2))
        .nextIncarnation,
    ).toBe(5);
  });

  test('remembers the blueprint that was applied without failure, and only that', () => {
    const good: JournalEntry = { type: 'run-end', ok: true, blueprint: 'good' };
    const bad: JournalEntry = { type: 'run-end', ok: false, blueprint: 'bad' };
    expect(folded({ type: 'run', purpose: 'apply', blueprint: 'begun' }).appliedBlueprint).toBeUndefined();
    expect(folded(good, bad).appliedBlueprint).toBe('good');
  });

  test('is a tombstone after the last thing is gone, until something is made again', () => {
    expect(folded({ type: 'tombstone' }).tombstone).toBe(true);
    expect(folded({ type: 'tombstone' }, create()).tombstone).toBe(false);
  });

  test('counts the journal objects that said something', () => {
    const state = folded();
    state.foldObject(3, [create()]);
    state.foldObject(4, []);
    expect(state.serial).toBe(3);
  });

  test('changes no record that it has handed out', () => {
    const state = folded(create());
    const before = state.current(at('wall'));
    const copy = structuredClone(before);
    state.fold(failed);
    expect(before).toEqual(copy);
  });

  test('survives being written and read, and goes on as if it had not been', () => {
    const entries = [
      create(),
      becameReady,
      create(2),
      failed,
      { type: 'run-end', ok: true, blueprint: 'b' },
      { type: 'gone', instanceId: first, because: 'retained' },
      create(3),
    ] as const;
    const state = folded(...entries);
    const written = JSON.stringify(state.toDocument());
    const restored = ClusterState.restore(z.custom<ClusterStateDocument>().parse(JSON.parse(written)), 9);
    expect(restored.toDocument()).toEqual(state.toDocument());
    expect(restored.serial).toBe(9);
    for (const one of [state, restored]) one.fold({ type: 'gone', instanceId: instance('wall', 3), because: 'absent' });
    expect(restored.toDocument()).toEqual(state.toDocument());
    expect(restored.current(at('wall'))).toEqual(state.current(at('wall')));
  });
});
