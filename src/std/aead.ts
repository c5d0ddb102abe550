import { createCipheriv, createDecipheriv } from 'node:crypto';

export const AEAD_KEY_BYTES = 32;
export const AEAD_IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** A text encrypted so that any change to it, or to what it is bound to, is found. */
export interface Encrypted {
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** `iv` must be new for every text under one key; `bound` is what the ciphertext belongs to, such as its place. */
export function encrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array, bound: string): Encrypted {
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { iv, ciphertext, tag: cipher.getAuthTag() };
}

/** Undefined when the key, the binding or a single bit is not what it was. */
export function decrypt(key: Uint8Array, { iv, ciphertext, tag }: Encrypted, bound: string): Uint8Array | undefined {
  if (iv.length !== AEAD_IV_BYTES || tag.length !== TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}
