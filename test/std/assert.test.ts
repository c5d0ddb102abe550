import { expect, test } from 'vitest';
import { assert, assertNever, AssertionFailed } from '#std/assert.ts';

test('a condition that holds says nothing', () => {
  expect(() => assert(true, 'One is one.')).not.toThrow();
});

test('a condition that does not hold stops with the sentence that was thought true', () => {
  expect(() => assert(false, 'The serial never decreases.')).toThrow(
    new AssertionFailed('The serial never decreases.'),
  );
});

test('a case beyond the known ones stops and shows itself', () => {
  // @ts-expect-error -- a value of no known type, as a newer file may hold it
  expect(() => assertNever({ type: 'strange' })).toThrow(
    new AssertionFailed('This case was thought impossible: {"type":"strange"}'),
  );
});

test('a failed assertion can be told from every other error by its name', () => {
  expect(new AssertionFailed('x').name).toBe('AssertionFailed');
});
