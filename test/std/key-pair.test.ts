import { createECDH, createPublicKey, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { algorithmOfKey, hasSigned, KeyPair, publicBits } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import { SystemRandom } from '#std/system-random.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const TEXT = Buffer.from('what is signed');

/** Draws the same byte again and again. */
function constant(byte: number): Random {
  return { float: () => 0, bytes: (length) => new Uint8Array(length).fill(byte) };
}

/** The public point of a scalar, worked out by another implementation. */
function pointOf(scalar: bigint): string {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  return curve.getPublicKey('hex');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('a key of P-256', () => {
  test.each([
    ['nothing but zeros', constant(0)],
    ['nothing but ones', constant(255)],
    ['a seed', new SeededRandom(5)],
  ])('is drawn as FIPS 186-5 says, from %s', (_what, random) => {
    const copy = random instanceof SeededRandom ? new SeededRandom(5) : random;
    const drawn = BigInt(`0x${hex(copy.bytes(40))}`);
    const { publicKey } = KeyPair.make('p256', random);
    expect(hex(publicBits(publicKey))).toBe(pointOf((drawn % (ORDER - 1n)) + 1n));
  });

  test('is the same after it was written and read', () => {
    const pair = KeyPair.make('p256', new SystemRandom());
    const again = KeyPair.read(pair.pem);
    expect(hex(again.publicKey)).toBe(hex(pair.publicKey));
    expect(again.algorithm).toBe('p256');
  });
});

describe.each(['p256', 'ed25519'] as const)('a signature of %s', (algorithm) => {
  const pair = KeyPair.make(algorithm, new SystemRandom());

  test('shows who signed what', () => {
    expect(pair.algorithm).toBe(algorithm);
    expect(algorithmOfKey(pair.publicKey)).toBe(algorithm);
    const signature = pair.sign(TEXT);
    expect(hasSigned(pair.publicKey, TEXT, signature)).toBe(true);
    expect(hasSigned(pair.publicKey, Buffer.from('something else'), signature)).toBe(false);
    expect(hasSigned(KeyPair.make(algorithm, new SystemRandom()).publicKey, TEXT, signature)).toBe(false);
    expect(hasSigned(pair.publicKey, TEXT, Buffer.alloc(0))).toBe(false);
  });

  test('is one that Node makes and reads in its own way', () => {
    const key = { key: Buffer.from(pair.publicKey), format: 'der', type: 'spki' } as const;
    expect(createPublicKey(key).asymmetricKeyType).toBe(algorithm === 'p256' ? 'ec' : 'ed25519');
    const signature = sign(algorithm === 'p256' ? 'sha256' : null, TEXT, pair.pem);
    expect(hasSigned(pair.publicKey, TEXT, signature)).toBe(true);
  });
});

test('what is no key of ours has no algorithm, and has signed nothing', () => {
  const { publicKey } = KeyPair.make('p256', new SystemRandom());
  const compressed = Buffer.from(
    createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }).export({
      format: 'der',
      type: 'spki',
    }),
  );
  compressed.writeUInt8(2, 26);
  for (const strange of [Buffer.alloc(0), publicKey.subarray(1), Buffer.concat([publicKey, TEXT]), compressed]) {
    expect(algorithmOfKey(strange)).toBeUndefined();
    expect(hasSigned(strange, TEXT, TEXT)).toBe(false);
  }
});
