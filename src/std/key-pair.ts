import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { objectIdentifier, readDer, sequence } from './der.ts';
import type { Random } from './random.ts';

/** `ed25519` signs the same text with the same bytes every time; `p256` is what everybody understands. */
export type KeyAlgorithm = 'p256' | 'ed25519';

/** A key that signs, born from a `Random` and in this thread: a seed replays it. */
export class KeyPair {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  static make(algorithm: KeyAlgorithm, random: Random): KeyPair {
    const secret = algorithm === 'p256' ? drawScalar(random) : Buffer.from(random.bytes(ED25519_SEED_BYTES));
    const key = Buffer.concat([PKCS8_HEADS[algorithm], secret]);
    return new KeyPair(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  }

  /** From what `pem` gave. */
  static read(pem: string): KeyPair {
    return new KeyPair(createPrivateKey(pem));
  }

  get algorithm(): KeyAlgorithm {
    return this.#key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'p256';
  }

  /** PKCS#8, without a password. */
  get pem(): string {
    return this.#key.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** SubjectPublicKeyInfo in DER. */
  get publicKey(): Uint8Array {
    return createPublicKey(this.#key).export({ type: 'spki', format: 'der' });
  }

  sign(bytes: Uint8Array): Uint8Array {
    return sign(DIGESTS[this.algorithm], bytes, this.#key);
  }
}

/** Which algorithm a SubjectPublicKeyInfo is of; undefined: it is no key of one of them, in the one spelling we take. */
export function algorithmOfKey(publicKey: Uint8Array): KeyAlgorithm | undefined {
  return ALGORITHMS.find((algorithm) => {
    const { head, bytes } = PUBLIC_KEYS[algorithm];
    return publicKey.length === head.length + bytes && head.equals(publicKey.subarray(0, head.length));
  });
}

/** Whether the owner of a key has signed exactly these bytes. What is no key or no signature has signed nothing. */
export function hasSigned(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  const algorithm = algorithmOfKey(publicKey);
  if (algorithm === undefined) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return verify(DIGESTS[algorithm], bytes, key, signature);
  } catch {
    return false;
  }
}

/** AlgorithmIdentifier of the signatures that such a key makes. */
export function signatureAlgorithm(algorithm: KeyAlgorithm): Buffer {
  return sequence(objectIdentifier(algorithm === 'p256' ? ECDSA_WITH_SHA256 : ED25519));
}

/** The key alone, as it stands in a SubjectPublicKeyInfo. */
export function publicBits(publicKey: Uint8Array): Uint8Array {
  const inside = readDer(readDer(publicKey)?.[0]?.content ?? Buffer.alloc(0));
  return inside?.[1]?.content.subarray(1) ?? Buffer.alloc(0);
}

const ALGORITHMS = ['p256', 'ed25519'] as const;
const DIGESTS = { p256: 'sha256', ed25519: null } as const;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const ED25519 = '1.3.101.112';
const ED25519_SEED_BYTES = 32;

/** What stands before the secret in the standard form of a key. */
const PKCS8_HEADS = {
  p256: Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex'),
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
} as const;

/** What stands before a public key, and how long that is; of a point on the curve, both coordinates in full. */
const PUBLIC_KEYS = {
  p256: { head: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'), bytes: 64 },
  ed25519: { head: Buffer.from('302a300506032b6570032100', 'hex'), bytes: 32 },
} as const;

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_SCALAR_BYTES = 32;
const EXTRA_BYTES = 8;

/** FIPS 186-5, A.2.1: with 64 bits more than needed, the remainder favours no key in a way that could be told. */
function drawScalar(random: Random): Buffer {
  const drawn = Buffer.from(random.bytes(P256_SCALAR_BYTES + EXTRA_BYTES));
  const scalar = (BigInt(`0x${drawn.toString('hex')}`) % (P256_ORDER - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(2 * P256_SCALAR_BYTES, '0'), 'hex');
}
