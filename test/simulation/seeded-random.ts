import type { Random } from '#std/random.ts';

const RANGE = 2 ** 32;

/** A small fast generator (mulberry32): one number of state, the same sequence for the same seed everywhere. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Uniform over all 32-bit integers without sign. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  float(): number {
    return this.word() / RANGE;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.word() & 255);
  }

  between(least: number, most: number): number {
    return least + this.float() * (most - least);
  }

  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.float() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('There is nothing to pick from.');
    return item;
  }
}

/** One seed out of several numbers, so that neighbours share nothing. */
export function mixSeeds(...parts: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const part of parts) mixed = new SeededRandom(mixed ^ part).word();
  return mixed;
}
