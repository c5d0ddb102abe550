import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkCidr,
  type Cidr,
  formatCidr,
  isInside,
  isPrivate,
  isPublic,
  overlap,
  parseCidr,
  sizeOf,
} from '#config/cidr.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const cidr: fc.Arbitrary<Cidr> = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([base, prefix]) => ({
  base: base - (base % 2 ** (32 - prefix)),
  prefix,
}));

test('a range in its right spelling is accepted and read as it was written', () => {
  fc.assert(
    fc.property(cidr, (range) => {
      expect(checkCidr(formatCidr(range))).toBeUndefined();
      expect(parseCidr(formatCidr(range))).toEqual(range);
    }),
  );
});

test('a range that begins elsewhere is refused, and its right spelling suggested', () => {
  fc.assert(
    fc.property(
      cidr.filter(({ prefix }) => prefix < 32),
      (range) => {
        const inside = formatCidr({ ...range, base: range.base + 1 });
        expect(checkCidr(inside)?.instead).toBe(`Write ${formatCidr(range)}.`);
      },
    ),
  );
});

test('two ranges overlap when an address is in both, and then one is inside the other', () => {
  fc.assert(
    fc.property(cidr, cidr, (left, right) => {
      const [start, end] = [
        Math.max(left.base, right.base),
        Math.min(left.base + sizeOf(left), right.base + sizeOf(right)),
      ];
      expect(overlap(left, right)).toBe(start < end);
      expect(isInside(left, right) || isInside(right, left)).toBe(start < end);
    }),
  );
});

test.each([
  ['10.0.0.0/8', true, false],
  ['172.31.255.0/24', true, false],
  ['172.32.0.0/16', false, true],
  ['192.168.0.0/15', false, true],
  ['100.64.0.0/10', true, false],
  ['169.254.169.254/32', false, false],
  ['255.255.255.255/32', false, false],
  ['1.1.1.1/32', false, true],
  ['0.0.0.0/0', false, true],
])('%s is private: %s, public: %s', (text, isOurs, isTheirs) => {
  expect([isPrivate(parseCidr(text)), isPublic(parseCidr(text))]).toEqual([isOurs, isTheirs]);
});
