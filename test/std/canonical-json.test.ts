import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, sameJson } from '#std/canonical-json.ts';
import { Secret } from '#std/secret.ts';

test.each([
  ['sorts keys at every depth', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
  ['keeps the order of lists', [3, 1, 2], '[3,1,2]'],
  ['leaves undefined members out', { a: undefined, b: null }, '{"b":null}'],
  ['keeps the places of a list', [undefined, 1], '[null,1]'],
  ['sorts by code unit, which no language setting changes', { é: 1, z: 2, Z: 3 }, '{"Z":3,"z":2,"é":1}'],
  ['writes what writes itself', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ['escapes as JSON does', { 'a"b': 'c\n' }, String.raw`{"a\"b":"c\n"}`],
])('it %s', (_title, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('a secret is written as its fingerprint', () => {
  const secret = new Secret('hunter2');
  expect(canonicalJson({ secret })).toBe(`{"secret":"‹secret ${secret.fingerprint}›"}`);
});

test('reading it back gives the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(noMinusZero(value));
    }),
  );
});

test('the order in which keys were written leaves no trace', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
      const backwards = Object.fromEntries(Object.entries(members).toReversed());
      expect(canonicalJson(backwards)).toBe(canonicalJson(members));
      expect(sameJson(backwards, members)).toBe(true);
    }),
  );
});

test('different documents are told apart', () => {
  expect(sameJson({ a: 1 }, { a: '1' })).toBe(false);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({}, [])).toBe(false);
});

function noMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
