import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';

type Writing = Pick<ResourceContext, 'mutate'>;
type AtLeastOne<Item> = readonly [Item, ...Item[]];

interface BatchRules<Item> {
  /** How many of those that wait, from the front, one request may carry; never none. */
  fits(waiting: readonly Item[]): number;
  send(context: Writing, key: string, items: AtLeastOne<Item>): Promise<unknown>;
  /** Whether a refusal may be the fault of one of them alone. */
  mayBeOfOne(error: unknown): boolean;
}

/**
 * Those who ask at one moment travel together, one request for each key: services count requests, not only what is in
 * them. A refused request is halved until each of those whose fault it is stands alone.
 */
export class Batches<Item> {
  readonly #clock: Clock;
  readonly #rules: BatchRules<Item>;
  /** By key, in the order in which they came. A key that is here has somebody who sends for it. */
  readonly #waiting = new Map<string, Waiting<Item>[]>();

  constructor(clock: Clock, rules: BatchRules<Item>) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Resolves when the service has taken the item in; fails by the fault of this item, or of everything under the key. */
  ask(context: Writing, key: string, item: Item): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const mine = { context, item, resolve, reject };
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) waiting.push(mine);
    else {
      this.#waiting.set(key, [mine]);
      this.#serve(key).catch(reject);
    }
    return promise;
  }

  async #serve(key: string): Promise<void> {
    await this.#clock.sleep(0);
    const waiting = this.#waiting.get(key) ?? [];
    while (waiting.length > 0) {
      const count = this.#rules.fits(waiting.map(({ item }) => item));
      await this.#settle(key, waiting.splice(0, Math.max(1, count)));
    }
    this.#waiting.delete(key);
  }

  async #settle(key: string, batch: readonly Waiting<Item>[]): Promise<void> {
    const [first, ...others] = batch;
    if (first === undefined) return;
    try {
      // On behalf of whoever came first: all that share it are of one run, under one lease.
      await this.#rules.send(first.context, key, [first.item, ...others.map(({ item }) => item)]);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || !this.#rules.mayBeOfOne(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#settle(key, batch.slice(0, half));
      await this.#settle(key, batch.slice(half));
    }
  }
}

interface Waiting<Item> {
  readonly context: Writing;
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
