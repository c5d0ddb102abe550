import { randomBytes } from 'node:crypto';
import type { Random } from './random.ts';

const BITS_48 = 2 ** 48;

/** The randomness of this machine, fit for keys. */
export class SystemRandom implements Random {
  float(): number {
    return randomBytes(6).readUIntBE(0, 6) / BITS_48;
  }

  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }
}
