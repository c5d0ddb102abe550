import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asLatin, closest, didYouMean, editDistance } from '#config/did-you-mean.ts';

const KEYS = ['count', 'machine', 'disk', 'min', 'max', 'data-disks'];

test.each([
  ['cuont', ['count']],
  ['Count', ['count']],
  ['dataDisks', ['data-disks']],
  ['data_disk', ['data-disks']],
  ['maz', ['max']],
  ['mix', ['min', 'max']],
  ['c\u043Eunt', ['count']],
  ['replicas', []],
  ['x', []],
  ['', []],
])('"%s" is close to %j', (word, expected) => {
  expect(closest(word, KEYS)).toEqual(expected);
});

test('two that are as close are both named', () => {
  expect(didYouMean('mix', KEYS)).toBe('Did you mean "min" or "max"?');
  expect(didYouMean('wordpress', KEYS)).toBeUndefined();
});

test.each([
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['abcd', 'abdc', 1],
  ['region', 'region', 0],
])('from "%s" to "%s" it takes %i edits', (left, right, edits) => {
  expect(editDistance(left, right)).toBe(edits);
});

test('the distance is the same in both directions and no longer than the longer word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
      const distance = editDistance(left, right);
      expect(editDistance(right, left)).toBe(distance);
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      expect(distance === 0).toBe(left === right);
    }),
  );
});

test('letters of other alphabets are replaced by those that they look like, and nothing is guessed', () => {
  expect(asLatin('\u0430\u0440\u0440')).toBe('app');
  expect(asLatin('caf\u00E9')).toBe('cafe');
  expect(asLatin('\u6F22')).toBeUndefined();
});
