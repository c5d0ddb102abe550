import { hash } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** 52 lower-case letters and digits: fits every cloud's token, tag and name rules. */
export function sha256Base32(text: string): string {
  const digest = hash('sha256', text, 'buffer');
  let encoded = '';
  let pending = 0;
  let bits = 0;
  for (const byte of digest) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      encoded += BASE32.charAt((pending >>> bits) & 31);
    }
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? encoded : encoded + BASE32.charAt((pending << (5 - bits)) & 31);
}
