import { z } from 'zod';
import { AEAD_IV_BYTES, decrypt, encrypt } from '#std/aead.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Hex } from '#std/hash.ts';
import { type AwsFault, fault } from '../aws-fault.ts';
import { defineOperation } from '../operation.ts';
import { checkUsable, type Key, KEYS } from './key.ts';

const PLAINTEXT_BYTES_MAX = 4_096;
const CIPHERTEXT_BYTES_MAX = 6_144;

const EncryptionContext = z.record(z.string(), z.string()).default({});
type Context = Readonly<z.output<typeof EncryptionContext>>;

const Algorithm = z.literal('SYMMETRIC_DEFAULT').optional();

const encryptOperation = defineOperation({
  name: 'Encrypt',
  input: z.strictObject({
    KeyId: z.string(),
    Plaintext: z.instanceof(Uint8Array),
    EncryptionContext,
    EncryptionAlgorithm: Algorithm,
  }),
  run({ KeyId, Plaintext, EncryptionContext: context }, desk) {
    if (Plaintext.length < 1 || Plaintext.length > PLAINTEXT_BYTES_MAX) {
      throw fault('ValidationException', `The plaintext has 1 to ${PLAINTEXT_BYTES_MAX} bytes.`);
    }
    const key = checkUsable(desk, KeyId);
    return {
      CiphertextBlob: sealed(key, Plaintext, context),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
});

const decryptOperation = defineOperation({
  name: 'Decrypt',
  input: z.strictObject({
    CiphertextBlob: z.instanceof(Uint8Array),
    KeyId: z.string().optional(),
    EncryptionContext,
    EncryptionAlgorithm: Algorithm,
  }),
  run({ CiphertextBlob, KeyId, EncryptionContext: context }, desk) {
    const parts = partsOf(CiphertextBlob);
    const sealing = parts && desk.truth(KEYS).get(parts.keyId);
    if (parts === undefined || sealing === undefined) throw invalidCiphertext();
    if (KeyId !== undefined && checkUsable(desk, KeyId).id !== sealing.id) {
      throw fault(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    const key = checkUsable(desk, sealing.id);
    const plaintext = decrypt(materialOf(key), parts, canonicalJson(context));
    if (plaintext === undefined) throw invalidCiphertext();
    return { Plaintext: plaintext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  },
});

const generateDataKey = defineOperation({
  name: 'GenerateDataKey',
  input: z
    .strictObject({
      KeyId: z.string(),
      KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
      NumberOfBytes: z.int().min(1).max(1_024).optional(),
      EncryptionContext,
    })
    .refine(({ KeySpec, NumberOfBytes }) => (KeySpec === undefined) !== (NumberOfBytes === undefined), {
      message: 'Either KeySpec or NumberOfBytes',
    }),
  run({ KeyId, KeySpec, NumberOfBytes = KeySpec === 'AES_128' ? 16 : 32, EncryptionContext: context }, desk) {
    const key = checkUsable(desk, KeyId);
    const secret = `${key.material} ${desk.nowMs} ${desk.chance.hex(64)}`;
    const Plaintext = stretched(secret, NumberOfBytes);
    return { Plaintext, CiphertextBlob: sealed(key, Plaintext, context), KeyId: key.arn };
  },
});

/**
 * The key's id, so that nobody need name the key to open it; then nonce, tag and cipher text. The nonce follows from what
 * is sealed: two different texts never share one, and an operation stays a pure function.
 */
function sealed(key: Key, plaintext: Uint8Array, context: Context): Uint8Array {
  const bound = canonicalJson(context);
  const nonce = Buffer.from(sha256Hex(`${key.material} ${Buffer.from(plaintext).toString('hex')} ${bound}`), 'hex');
  const { iv, tag, ciphertext } = encrypt(materialOf(key), nonce.subarray(0, AEAD_IV_BYTES), plaintext, bound);
  return Buffer.concat([Buffer.from(key.id), iv, tag, ciphertext]);
}

const KEY_ID_BYTES = 36;
const TAG_BYTES = 16;

function partsOf(blob: Uint8Array) {
  const bytes = Buffer.from(blob);
  if (bytes.length <= KEY_ID_BYTES + AEAD_IV_BYTES + TAG_BYTES || bytes.length > CIPHERTEXT_BYTES_MAX) return undefined;
  const tagAt = KEY_ID_BYTES + AEAD_IV_BYTES;
  return {
    keyId: bytes.subarray(0, KEY_ID_BYTES).toString('latin1'),
    iv: bytes.subarray(KEY_ID_BYTES, tagAt),
    tag: bytes.subarray(tagAt, tagAt + TAG_BYTES),
    ciphertext: bytes.subarray(tagAt + TAG_BYTES),
  };
}

function materialOf({ material }: Key): Uint8Array {
  return Buffer.from(material, 'hex');
}

function stretched(secret: string, length: number): Uint8Array {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < length; block += 1) blocks.push(Buffer.from(sha256Hex(`${block} ${secret}`), 'hex'));
  return Buffer.concat(blocks).subarray(0, length);
}

/** AWS does not say either what is wrong with it. */
function invalidCiphertext(): AwsFault {
  return fault(
    'InvalidCiphertextException',
    'The ciphertext or its encryption context is corrupted, missing, or otherwise invalid.',
  );
}

export const SEALING = [encryptOperation, decryptOperation, generateDataKey] as const;
