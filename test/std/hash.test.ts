import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Base32, sha256Hex } from '#std/hash.ts';

test('hexadecimal is the published digest', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('base 32 is the published digest in the alphabet of RFC 4648, lower case and without padding', () => {
  expect(sha256Base32('')).toBe('4oymiquy7qobjgx36tejs35zeqt24qpemsnzgtfeswmrw6csxbkq');
});

test('base 32 agrees with long division of the whole digest', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sha256Base32(text)).toBe(byLongDivision(text));
    }),
  );
});

test('every digest has the same length and only letters and digits that every cloud accepts', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(sha256Base32(text)).toMatch(/^[a-z2-7]{52}$/);
    }),
  );
});

/** 256 bits and 4 of padding are 52 digits of 5 bits. */
function byLongDivision(text: string): string {
  let rest = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) << 4n;
  let digits = '';
  for (let place = 0; place < 52; place += 1) {
    digits = `${'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number(rest % 32n))}${digits}`;
    rest /= 32n;
  }
  return digits;
}
