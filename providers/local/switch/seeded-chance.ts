const RANGE = 2 ** 32;
const STEP = 0x9e3779b9;

/** The same sequence for the same seed everywhere, so that a loss that was rehearsed can be rehearsed again. */
export class SeededChance {
  #state: number;

  constructor(...seeds: readonly number[]) {
    this.#state = 0;
    for (const seed of seeds)
      this.#state = scrambled(this.#state ^ (seed % RANGE) ^ scrambled(Math.floor(seed / RANGE)));
  }

  /** Uniform in [0, 1). */
  float(): number {
    this.#state = (this.#state + STEP) | 0;
    return scrambled(this.#state) / RANGE;
  }
}

/** Every bit of the result depends on every bit of the number (the finaliser of MurmurHash3). */
function scrambled(number: number): number {
  let mixed = number ^ (number >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
