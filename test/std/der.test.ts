import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bitString,
  der,
  explicitly,
  implicitly,
  integer,
  objectIdentifier,
  octetString,
  readDer,
  sequence,
  TAG,
  time,
  utf8String,
  yes,
} from '#std/der.ts';

function hex(some: Uint8Array): string {
  return Buffer.from(some).toString('hex');
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

describe('what is written', () => {
  // Each as X.690, RFC 5280 or openssl spell it.
  test.each([
    ['zero', integer(Buffer.alloc(1)), '020100'],
    ['no digits at all', integer(Buffer.alloc(0)), '020100'],
    ['a number below 128', integer(bytes('7f')), '02017f'],
    ['a number that would look negative', integer(bytes('80')), '02020080'],
    ['a number with idle zeros', integer(bytes('00000102')), '02020102'],
    ['true', yes(), '0101ff'],
    ['bits', bitString(bytes('06'), 1), '03020106'],
    ['bytes', octetString(bytes('0102')), '04020102'],
    ['a common name', objectIdentifier('2.5.4.3'), '0603550403'],
    ['a long arc', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['letters beyond ASCII', utf8String('é'), '0c02c3a9'],
    [
      'a time of this century',
      time(Date.UTC(2049, 11, 31, 23, 59, 59, 999)),
      `170d${hex(Buffer.from('491231235959Z'))}`,
    ],
    ['a time after it', time(Date.UTC(2050, 0, 1)), `180f${hex(Buffer.from('20500101000000Z'))}`],
    ['a thing around others', explicitly(3, yes(), yes()), 'a3060101ff0101ff'],
    ['a thing in the place of another', implicitly(2, bytes('61')), '820161'],
  ])('%s', (_what, written, expected) => {
    expect(hex(written)).toBe(expected);
  });

  test.each([
    [127, '7f'],
    [128, '8180'],
    [255, '81ff'],
    [256, '820100'],
    [65_535, '82ffff'],
  ])('the length %i', (length, spelled) => {
    expect(hex(der(TAG.octetString, Buffer.alloc(length))).slice(2, 2 + spelled.length)).toBe(spelled);
  });

  test('is never longer than can be read again', () => {
    expect(() => octetString(Buffer.alloc(65_536))).toThrow('short');
  });
});

describe('what is read', () => {
  test('is what was written, one value after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 4 }), (contents) => {
        const whole = contents.map((content) => octetString(content));
        const values = readDer(Buffer.concat(whole));
        expect(values?.map(({ tag, content }) => [tag, hex(content)])).toEqual(
          contents.map((content) => [TAG.octetString, hex(content)]),
        );
        expect(values?.map((value) => hex(value.whole))).toEqual(whole.map(hex));
      }),
    );
  });

  test.each([
    ['a tag alone', '30'],
    ['less than its length', '300201'],
    ['a length without an end', '308000000000'],
    ['a short length spelled long', '3081020500'],
    ['a length with an idle zero', `308200ff${'00'.repeat(255)}`],
    ['a length of three bytes', `3083010000${'00'.repeat(65_536)}`],
    ['the half of a length', '3082'],
    ['something behind the value that is none', '050005'],
  ])('is nothing where there is %s', (_what, text) => {
    expect(readDer(bytes(text))).toBeUndefined();
  });

  test('is written as it was read, whatever the bytes are: there is one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (some) => {
        const values = readDer(some);
        if (values === undefined) return;
        expect(hex(Buffer.concat(values.map(({ tag, content }) => der(tag, content))))).toBe(hex(some));
      }),
    );
    expect(readDer(sequence(yes()))?.[0]?.tag).toBe(TAG.sequence);
  });
});
