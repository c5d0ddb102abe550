import { nonce, type Random } from '#std/random.ts';

/** Nonces of one tenure: each new, all recognisable as ours, also in a write that lands long after it was given up. */
export class Nonces {
  readonly #tenure: string;
  #count = 0;

  constructor(random: Random) {
    this.#tenure = nonce(random);
  }

  next(): string {
    this.#count += 1;
    return `${this.#tenure}.${this.#count}`;
  }

  owns(text: string): boolean {
    return text.startsWith(`${this.#tenure}.`);
  }
}
