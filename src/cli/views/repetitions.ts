import type { RunEvent } from '#app/app.ts';
import type { Address } from '#engine/address.ts';

type ResourceEvent = Extract<RunEvent, { readonly address: Address }>;
type Waiting = Extract<ResourceEvent, { readonly type: 'waiting' }>;

/** What somebody waits for may show its latest words behind a semicolon: they are told now and then. */
const LATEST_WORDS = /; .*$/s;
const AGAIN_MS = 10_000;

/** What is said again and again is told once, until something else is heard of the same resource. */
export class Repetitions {
  readonly #told = new Map<Address, Set<string>>();
  readonly #waits = new Map<Address, { readonly stem: string; readonly atMs: number }>();

  /** Whether nothing is new in it. */
  includes(event: RunEvent, atMs: number): boolean {
    if (!('address' in event)) return false;
    const { address } = event;
    if (event.type === 'waiting' && this.#isSameWait(event, atMs)) return true;
    if (event.type !== 'waiting') this.#waits.delete(address);
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

  #isSameWait({ address, waitingFor, progress }: Waiting, atMs: number): boolean {
    if (!LATEST_WORDS.test(waitingFor)) {
      this.#waits.delete(address);
      return false;
    }
    const stem = `${waitingFor.replace(LATEST_WORDS, '')} ${progress?.done}`;
    const last = this.#waits.get(address);
    if (last?.stem === stem && atMs - last.atMs < AGAIN_MS) return true;
    this.#waits.set(address, { stem, atMs });
    return false;
  }
}
