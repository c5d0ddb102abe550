import { assert } from './assert.ts';

/** The distinguished encoding of ASN.1: one spelling for every value, so that what is signed can be compared byte by byte. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const CONTEXT = 0x80;
const LONG = 0x80;
/** Nothing we write or read comes near: two bytes hold its length. */
const LENGTH_MAX = 0xffff;

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...parts);
}

/** A number without sign, most significant byte first. */
export function integer(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.alloc(1) : magnitude.subarray(start);
  return der(TAG.integer, Buffer.alloc((digits[0] ?? 0) >= LONG ? 1 : 0), digits);
}

/** Of whole bytes, unless the last bits of it are said to be unused. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(TAG.bitString, Buffer.from([unusedBits]), bytes);
}

export function octetString(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.octetString, ...parts);
}

export function utf8String(text: string): Buffer {
  return der(TAG.utf8String, Buffer.from(text));
}

/** False is what is left out everywhere we write one. */
export function yes(): Buffer {
  return der(TAG.boolean, Buffer.from([0xff]));
}

/** `2.5.4.3` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(inSevens)]));
}

const TWO_DIGITS_UNTIL = 2050;

/** To the second. */
export function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:T]/g, '');
  const isShort = Number(digits.slice(0, 4)) < TWO_DIGITS_UNTIL;
  return isShort ? der(TAG.utcTime, Buffer.from(digits.slice(2))) : der(TAG.generalizedTime, Buffer.from(digits));
}

/** `[number]` around whole values. */
export function explicitly(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return der(CONTEXT | CONSTRUCTED | number, ...parts);
}

/** `[number]` in the place of the tag of a plain value. */
export function implicitly(number: number, content: Uint8Array): Buffer {
  return der(CONTEXT | number, content);
}

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With its tag and length: what is signed. */
  readonly whole: Uint8Array;
}

/** The values that stand one after the other; undefined: these bytes are nothing but that in no way. */
export function readDer(bytes: Uint8Array): readonly DerValue[] | undefined {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = readOne(bytes.subarray(at));
    if (value === undefined) return undefined;
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

function readOne(bytes: Uint8Array): DerValue | undefined {
  const [tag, first, ...more] = bytes.subarray(0, 4);
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < LONG ? 0 : first - LONG;
  if (first === LONG || lengthBytes > 2 || lengthBytes > more.length) return undefined;
  const length = lengthBytes === 0 ? first : more.slice(0, lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const head = 2 + lengthBytes;
  // A length that could have been written shorter is another spelling of the same.
  if (lengthOf(length).length !== head - 1 || bytes.length < head + length) return undefined;
  return { tag, content: bytes.subarray(head, head + length), whole: bytes.subarray(0, head + length) };
}

function lengthOf(length: number): Buffer {
  assert(length <= LENGTH_MAX, 'a value written in DER is short');
  if (length < LONG) return Buffer.from([length]);
  return length <= 0xff ? Buffer.from([LONG | 1, length]) : Buffer.from([LONG | 2, length >> 8, length & 0xff]);
}

function inSevens(arc: number): readonly number[] {
  const sevens = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) sevens.unshift((rest & 0x7f) | LONG);
  return sevens;
}
