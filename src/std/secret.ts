import { inspect } from 'node:util';
import { sha256Hex } from './hash.ts';

/** A value that prints, logs and serialises as its fingerprint; only `reveal` gives it out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  /** Tells two secrets apart without telling what they are: 32 bits cannot confirm a guess. */
  get fingerprint(): string {
    return sha256Hex(`fingerprint\u0000${this.#value}`).slice(0, 8);
  }

  toString(): string {
    return `‹secret ${this.fingerprint}›`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
