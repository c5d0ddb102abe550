import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineKind, Tags } from '#providers/simulator/objects.ts';
import { Table, Tables } from '#providers/simulator/table.ts';

const KEEP_MS = 100;
const Thing = z.strictObject({ text: z.string(), tags: Tags });
type Thing = Readonly<z.output<typeof Thing>>;
const THINGS = defineKind<Thing>({ name: 'thing', scope: 'region', schema: Thing });

function thing(text: string): Thing {
  return { text, tags: {} };
}

function filled(ids: readonly string[]): Table<Thing> {
  const table = new Table(THINGS, 'r', () => KEEP_MS);
  for (const id of ids) table.write(id, thing(id), 0);
  return table;
}

function idsOf(found: Iterable<readonly [string, Thing]>): readonly string[] {
  return [...found].map(([id]) => id);
}

describe('a table', () => {
  test('finds ids with a prefix in their order, after another, as they come and go', () => {
    const table = filled(['b/2', 'a/1', 'b/1', 'c']);
    expect(idsOf(table.startingWith('b/'))).toEqual(['b/1', 'b/2']);
    table.write('b/3', thing('late'), 0);
    table.write('b/10', thing('between'), 0);
    expect(idsOf(table.startingWith('b/'))).toEqual(['b/1', 'b/10', 'b/2', 'b/3']);
    expect(idsOf(table.startingWith('b/', 'b/10'))).toEqual(['b/2', 'b/3']);
    table.write('b/2', undefined, 0);
    expect(idsOf(table.startingWith('b/', 'b/10'))).toEqual(['b/3']);
    expect(idsOf(table.startingWith('', 'b/3'))).toEqual(['c']);
    expect(idsOf(table.startingWith('d'))).toEqual([]);
  });

  test('keeps the past of an object as long as it is told to', () => {
    const table = filled(['a']);
    table.write('a', thing('second'), 50);
    table.write('a', thing('third'), 120);
    expect(table.row('a')?.earlier.map(({ value }) => value.text)).toEqual(['a', 'second']);
    table.write('a', thing('fourth'), 151);
    expect(table.row('a')?.earlier.map(({ value }) => value.text)).toEqual(['second', 'third']);
  });

  test('forgets what was removed, once nobody can see it any more', () => {
    const table = filled(['a', 'b']);
    table.write('a', undefined, 10);
    expect(table.row('a')?.earlier).toHaveLength(1);
    table.write('b', thing('b'), 110);
    expect(table.row('a')).toBeDefined();
    table.write('b', thing('b'), 111);
    expect(table.row('a')).toBeUndefined();
  });

  test('does not list what it has forgotten', () => {
    const table = filled(['a', 'b', 'c']);
    expect(idsOf(table.startingWith(''))).toEqual(['a', 'b', 'c']);
    table.write('b', undefined, 10);
    table.write('a', undefined, 11);
    table.write('d', thing('d'), 500);
    expect(table.row('b')).toBeUndefined();
    expect(idsOf(table.startingWith(''))).toEqual(['c', 'd']);
  });

  test('tells all it has, in the same list as long as nothing changes', () => {
    const table = filled(['b', 'a']);
    const before = table.all();
    expect(before.map(({ text }) => text)).toEqual(['b', 'a']);
    expect(table.all()).toBe(before);
    table.write('b', undefined, 10);
    expect(table.all().map(({ text }) => text)).toEqual(['a']);
    table.write('a', thing('changed'), 10);
    expect(table.all().map(({ text }) => text)).toEqual(['changed']);
  });

  test('does not forget what was made again under its id', () => {
    const table = filled(['a']);
    table.write('a', undefined, 10);
    table.write('a', thing('again'), 20);
    table.write('b', thing('b'), 500);
    expect(table.get('a')?.text).toBe('again');
    expect(table.row('a')?.createdAtMs).toBe(20);
  });

  test('takes from a log what fits its kind', () => {
    const table = filled([]);
    table.writeParsed('a', { text: 'a', tags: {} }, 0);
    expect(table.get('a')).toEqual(thing('a'));
    expect(() => table.writeParsed('b', { text: 1, tags: {} }, 0)).toThrow(z.ZodError);
    table.writeParsed('a', undefined, 0);
    expect(table.all()).toEqual([]);
  });
});

describe('the tables of an account', () => {
  test('are apart by region, unless the kind is global', () => {
    const tables = new Tables(() => KEEP_MS);
    const global = defineKind<Thing>({ ...THINGS, name: 'global', scope: 'account' });
    expect(tables.of(THINGS, 'one')).toBe(tables.of(THINGS, 'one'));
    expect(tables.of(THINGS, 'one')).not.toBe(tables.of(THINGS, 'two'));
    expect(tables.of(global, 'one')).toBe(tables.of(global, 'two'));
    expect(tables.ofEach(THINGS)).toHaveLength(2);
  });

  test('have one kind for each name', () => {
    const tables = new Tables(() => KEEP_MS);
    tables.of(THINGS, 'one');
    expect(() => tables.of(defineKind<Thing>({ ...THINGS }), 'one')).toThrow('There is one kind named thing');
  });
});
