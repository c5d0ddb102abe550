import type { ClusterUid } from '#engine/address.ts';
import { AEAD_IV_BYTES, decrypt, encrypt } from '#std/aead.ts';
import type { Random } from '#std/random.ts';

/** The key that seals one cluster's secrets, and the same key wrapped so that it may lie beside them. */
export interface DataKey {
  readonly bytes: Uint8Array;
  readonly wrapped: string;
}

/** Where the key lives that wraps data keys: a file, a key service. */
export interface KeyProvider {
  create(lineage: ClusterUid): Promise<DataKey>;
  /** Rejects with a Problem when this provider's key did not wrap it. */
  open(lineage: ClusterUid, wrapped: string): Promise<Uint8Array>;
}

const VERSION = 'v1';

/** `v1.<iv>.<ciphertext>.<tag>`, the spelling of every encrypted text in a state. */
export function encryptText(key: Uint8Array, plaintext: Uint8Array, bound: string, random: Random): string {
  const { iv, ciphertext, tag } = encrypt(key, random.bytes(AEAD_IV_BYTES), plaintext, bound);
  return [VERSION, ...[iv, ciphertext, tag].map(toBase64)].join('.');
}

export function decryptText(key: Uint8Array, text: string, bound: string): Uint8Array | undefined {
  const [version, iv, ciphertext, tag, ...rest] = text.split('.');
  const whole = iv !== undefined && ciphertext !== undefined && tag !== undefined && rest.length === 0;
  if (version !== VERSION || !whole) return undefined;
  return decrypt(key, { iv: fromBase64(iv), ciphertext: fromBase64(ciphertext), tag: fromBase64(tag) }, bound);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64url');
}
