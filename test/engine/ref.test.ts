import { describe, expect, test } from 'vitest';
import { collectRefs, hasUnknown, isRef, KNOWN_AFTER_APPLY, resolveRefs } from '#engine/ref.ts';
import { Secret } from '#std/secret.ts';

const id = { $ref: 'network.vpc', output: 'id' };
const cidr = { $ref: 'network.vpc', output: 'cidr' };

describe('a reference', () => {
  test.each<[string, unknown, boolean]>([
    ['names an address and an output', id, true],
    ['has both', { $ref: 'network.vpc' }, false],
    ['names a possible address', { $ref: '#/components/schemas/Pod', output: 'id' }, false],
    ['names its output by a word', { $ref: 'network.vpc', output: 1 }, false],
    ['is not a text', 'network.vpc', false],
    ['is not nothing', null, false],
  ])('%s', (_title, value, expected) => {
    expect(isRef(value)).toBe(expected);
  });
});

describe('resolving', () => {
  const lookup = ({ $ref, output }: { $ref: string; output: string }) => `${$ref}/${output}`;

  test('puts a value in the place of every reference, however deep, and copies the rest', () => {
    const secret = new Secret('x');
    const inputs = { list: [id, [{ deep: cidr }]], number: 1, nothing: null, missing: undefined, secret };
    expect(resolveRefs(inputs, lookup)).toEqual({
      list: ['network.vpc/id', [{ deep: 'network.vpc/cidr' }]],
      number: 1,
      nothing: null,
      missing: undefined,
      secret,
    });
  });

  test('leaves a secret the object that it is', () => {
    const secret = new Secret('x');
    expect(resolveRefs({ secret }, lookup)).toHaveProperty('secret', secret);
  });

  test('looks into no value that a reference gave', () => {
    expect(resolveRefs({ a: id }, () => ({ nested: id }))).toEqual({ a: { nested: id } });
  });

  test('collects references in the order in which they stand, as often as they stand', () => {
    expect(collectRefs({ a: id, b: [cidr, { c: id }], d: new Secret('x') })).toEqual([id, cidr, id]);
  });
});

describe('a value that is known after apply', () => {
  test.each<[string, unknown, boolean]>([
    ['is found by itself', KNOWN_AFTER_APPLY, true],
    ['is found in a list in an object', { a: [1, { b: KNOWN_AFTER_APPLY }] }, true],
    ['is not found where there is none', { a: [1, { b: 'known after apply' }] }, false],
    ['is not looked for in a secret', new Secret('x'), false],
    ['is not nothing', null, false],
  ])('%s', (_title, value, expected) => {
    expect(hasUnknown(value)).toBe(expected);
  });
});
