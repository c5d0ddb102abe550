import type { RunEvent } from '#app/app.ts';
import type { Address } from '#engine/address.ts';

/** What is sent again and again is told once, until something else is heard of the same resource. */
export class Repetitions {
  readonly #told = new Map<Address, Set<string>>();

  /** Whether nothing is new in it. */
  includes(event: RunEvent): boolean {
    if (!('address' in event)) return false;
    const { address } = event;
    if (event.type !== 'retrying') {
      this.#told.delete(address);
      return false;
    }
    const told = this.#told.get(address) ?? new Set();
    const text = `${event.purpose}: ${event.why}`;
    if (told.has(text)) return true;
    this.#told.set(address, told.add(text));
    return false;
  }
}
