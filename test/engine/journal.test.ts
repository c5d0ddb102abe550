import { describe, expect, test } from 'vitest';
import { JournalEntry } from '#engine/journal.ts';
import { at, instance } from './support/scenario.ts';

const instanceId = instance('wall');
const identity = { instanceId, address: at('wall'), kind: 'brick', incarnation: 1 };
const declared = { inputs: { shape: 'square' }, dependsOn: [at('base')], within: at('house'), retain: false };

const entries: readonly JournalEntry[] = [
  { type: 'run', purpose: 'rollback', blueprint: 'b' },
  { type: 'run-end', ok: true, blueprint: 'b' },
  { type: 'create', ...identity, ...declared, variant: '', attempt: 1 },
  { type: 'created', instanceId, outputs: { id: 'w-1' } },
  { type: 'adopt', ...identity, ...declared, outputs: { id: 'w-1' } },
  { type: 'update', instanceId, ...declared },
  { type: 'ready', instanceId, outputs: { id: 'w-1' }, atMs: 5 },
  { type: 'failed', instanceId, problem: { code: 'call.quota', detail: 'none left' } },
  { type: 'destroy', instanceId },
  { type: 'gone', instanceId, because: 'retained' },
  { type: 'stray', kind: 'brick', instanceId, id: 'w-1' },
  { type: 'tombstone' },
];

describe('a journal entry', () => {
  test.each(entries)('$type survives being written and read', (entry) => {
    expect(JournalEntry.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
  });

  test.each(entries)('$type with a member nobody knows is refused', (entry) => {
    expect(JournalEntry.safeParse({ ...entry, surprise: 1 }).success).toBe(false);
  });

  test('of each type there is, is shown above', () => {
    const types = JournalEntry.options.flatMap(({ shape }) => [...shape.type.values]);
    expect(entries.map(({ type }) => type)).toEqual(types);
  });

  test('may do without a host', () => {
    const { within: _within, ...homeless } = declared;
    const update = { type: 'update', instanceId, ...homeless };
    expect(JournalEntry.parse(update)).toEqual(update);
  });

  test.each<[string, object]>([
    ['of a type nobody knows', { type: 'surprise' }],
    ['with what is no address', { type: 'update', instanceId, ...declared, dependsOn: ['The Base'] }],
    ['with what is no instance id', { type: 'destroy', instanceId: 'w-1' }],
    ['with what is no incarnation', { type: 'adopt', ...identity, ...declared, incarnation: 0, outputs: {} }],
    ['with half an attempt', { type: 'create', ...identity, ...declared, variant: '', attempt: 1.5 }],
    ['with a reason nobody knows', { type: 'gone', instanceId, because: 'lost' }],
    [
      'with more to a problem than its code and detail',
      { type: 'failed', instanceId, problem: { code: 'x', detail: 'y', cause: 'z' } },
    ],
    ['without inputs', { type: 'update', instanceId, dependsOn: [], retain: false }],
    ['without outputs', { type: 'ready', instanceId, atMs: 5 }],
  ])('%s is refused', (_title, entry) => {
    expect(JournalEntry.safeParse(entry).success).toBe(false);
  });
});
