import type { Mac } from './mac-address.ts';
import type { Port } from './port.ts';

/** A machine that says nothing for so long is looked for again. */
export const FORGET_AFTER_MS = 300_000;
const ADDRESSES_MAX = 4_096;

interface Seen {
  readonly port: Port;
  atMs: number;
}

/** Which address was last seen at which port. */
export class AddressTable {
  readonly #seen = new Map<Mac, Seen>();

  /** True: it was not there before, at this port. */
  learn(mac: Mac, port: Port, nowMs: number): boolean {
    const seen = this.#seen.get(mac);
    if (seen?.port === port) {
      seen.atMs = nowMs;
      return false;
    }
    if (this.#seen.size >= ADDRESSES_MAX) this.#forgetOldest();
    this.#seen.delete(mac);
    this.#seen.set(mac, { port, atMs: nowMs });
    return true;
  }

  /** Undefined: nobody knows where it is. */
  find(mac: Mac, nowMs: number): Port | undefined {
    const seen = this.#seen.get(mac);
    if (seen === undefined) return undefined;
    if (nowMs - seen.atMs <= FORGET_AFTER_MS) return seen.port;
    this.#seen.delete(mac);
    return undefined;
  }

  forget(port: Port): void {
    for (const [mac, seen] of this.#seen) if (seen.port === port) this.#seen.delete(mac);
  }

  at(port: Port): readonly Mac[] {
    return [...this.#seen].flatMap(([mac, seen]) => (seen.port === port ? [mac] : []));
  }

  #forgetOldest(): void {
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
