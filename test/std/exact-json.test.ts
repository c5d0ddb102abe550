import { expect, test } from 'vitest';
import { parseExactJson } from '#std/exact-json.ts';

test('whole numbers that would lose digits stay text, and everything else is what it is', () => {
  expect(
    parseExactJson('{"id":18446744073709551615,"low":-9007199254740993,"n":[1,2.5,1e300,9007199254740991,"7"]}'),
  ).toEqual({
    id: '18446744073709551615',
    low: '-9007199254740993',
    n: [1, 2.5, 1e300, 9_007_199_254_740_991, '7'],
  });
});
