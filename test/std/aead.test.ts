import { expect, test } from 'vitest';
import { decrypt, encrypt } from '#std/aead.ts';

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

test('agrees with the published vector of AES-256-GCM', () => {
  // McGrew and Viega, test case 16.
  const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
  const iv = hex('cafebabefacedbaddecaf888');
  const plaintext = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const { ciphertext } = encrypt(key, iv, plaintext, '');
  expect(Buffer.from(ciphertext).toString('hex')).toBe(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
  );
});

test('any other key, binding, vector, text or tag opens nothing', () => {
  const key = new Uint8Array(32).fill(1);
  const whole = encrypt(key, new Uint8Array(12).fill(2), Buffer.from('secret'), 'place');
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  expect(Buffer.from(decrypt(key, whole, 'place') ?? []).toString()).toBe('secret');
  expect(decrypt(flipped(key), whole, 'place')).toBeUndefined();
  expect(decrypt(key, whole, 'elsewhere')).toBeUndefined();
  expect(decrypt(key, { ...whole, iv: flipped(whole.iv) }, 'place')).toBeUndefined();
  expect(decrypt(key, { ...whole, ciphertext: flipped(whole.ciphertext) }, 'place')).toBeUndefined();
  expect(decrypt(key, { ...whole, tag: flipped(whole.tag) }, 'place')).toBeUndefined();
  expect(decrypt(key, { ...whole, tag: whole.tag.subarray(0, 4) }, 'place')).toBeUndefined();
  expect(decrypt(key, { ...whole, iv: new Uint8Array() }, 'place')).toBeUndefined();
});
