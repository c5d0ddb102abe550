/** A seeded stream of draws: same strand, same draws, in every process. Not for keys. */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...strand: readonly [number, number, number]) {
    [this.#a, this.#b, this.#c] = strand;
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  /** The stream that belongs to one thing for ever, such as the life of one machine. */
  static of(seed: string, ...names: readonly string[]): Chance {
    return new Chance(hashText(seed), hashText(names.join('\u0000')), names.length);
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.#next() / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.float() * (most - least);
  }

  /** 0, 1, … limit − 1. */
  integer(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  happens(rate: number): boolean {
    return rate > 0 && this.float() < rate;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.integer(items.length)];
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.#next().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  /** `vpc-0a1b2c3d4e5f67890`: what today's EC2 ids look like. */
  ec2Id(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }

  uuid(): string {
    const digits = this.hex(32);
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `8${digits.slice(17, 20)}`,
      digits.slice(20),
    ].join('-');
  }

  /** Small and fast counting generator (sfc32). */
  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
