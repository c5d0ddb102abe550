import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differingKeys, sameValue } from '#std/same-value.ts';
import { Secret } from '#std/secret.ts';

test.each<[string, unknown, unknown]>([
  ['the order of keys does not matter', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['an undefined member is as good as none', { a: 1, b: undefined }, { a: 1 }],
  ['secrets compare by what they hide', { key: new Secret('x') }, { key: new Secret('x') }],
  ['lists compare item by item', [1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
])('same: %s', (_title, left, right) => {
  expect(sameValue(left, right)).toBe(true);
  expect(sameValue(right, left)).toBe(true);
});

test.each<[string, unknown, unknown]>([
  ['a null member is a member', { a: null }, {}],
  ['a number is not its text', 1, '1'],
  ['nothing is not zero', undefined, 0],
  ['null is not an empty object', null, {}],
  ['an empty list is not an empty object', [], {}],
  ['a list is not an object with the same members', ['a'], { 0: 'a' }],
  ['the order of a list matters', [1, 2], [2, 1]],
  ['the length of a list matters', [1], [1, undefined]],
  ['secrets that hide different things', new Secret('x'), new Secret('y')],
  ['a secret is not its text', new Secret('x'), 'x'],
  ['a secret is not an empty object', new Secret('x'), {}],
  ['a difference far down', { a: [{ b: { c: 1 } }] }, { a: [{ b: { c: 2 } }] }],
])('different: %s', (_title, left, right) => {
  expect(sameValue(left, right)).toBe(false);
  expect(sameValue(right, left)).toBe(false);
});

test('a value is the same as its copy, and two values are the same as often as their JSON', () => {
  fc.assert(
    fc.property(plain(), plain(), (left, right) => {
      expect(sameValue(left, structuredClone(left))).toBe(true);
      expect(sameValue(left, right)).toBe(sameValue(right, left));
      expect(sameValue(left, right)).toBe(sorted(left) === sorted(right));
    }),
  );
});

test('the keys that differ are told, the others are not', () => {
  const left = { same: [1], changed: 1, gone: 1, absent: undefined };
  const right = { same: [1], changed: 2, come: 1 };
  expect(differingKeys(left, right)).toEqual(['changed', 'gone', 'come']);
});

/** Few different values, so that equal ones occur. */
function plain(): fc.Arbitrary<unknown> {
  const leaf = fc.constantFrom<unknown>(null, true, 0, 1, 'a', '');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('tree'), { maxKeys: 2, noNullPrototype: true }),
    ),
  }));
  return tree;
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}
