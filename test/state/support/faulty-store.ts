import { type ObjectStore, StoreError, type Stored, type StoreOutcome } from '#state/object-store.ts';

/**
 * | fate        | executed | answer       |
 * |-------------|----------|--------------|
 * | fine        | yes      | as it is     |
 * | lost-reply  | yes      | ambiguous    |
 * | own-412     | yes      | precondition |
 * | lost        | no       | ambiguous    |
 * | late        | later, when `deliverLate` is called | ambiguous |
 * | others      | no       | that outcome |
 */
export type Fate = 'fine' | 'lost-reply' | 'own-412' | 'lost' | 'late' | StoreOutcome;

export interface Operation {
  readonly name: keyof Omit<ObjectStore, 'location'>;
  readonly key: string;
  readonly body?: string;
}

/** A store whose answers meet the fate that the test decides. */
export class FaultyStore implements ObjectStore {
  readonly location: string;
  readonly #inner: ObjectStore;
  readonly #fateOf: (operation: Operation) => Fate;
  readonly #late: (() => Promise<unknown>)[] = [];

  constructor(inner: ObjectStore, fateOf: (operation: Operation) => Fate) {
    this.location = inner.location;
    this.#inner = inner;
    this.#fateOf = fateOf;
  }

  /** Executes every request that was still on its way. */
  async deliverLate(): Promise<void> {
    await Promise.allSettled(this.#late.splice(0).map((request) => request()));
  }

  readRegister(key: string): Promise<Stored | undefined> {
    return this.#meet({ name: 'readRegister', key }, () => this.#inner.readRegister(key));
  }

  swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    return this.#meet({ name: 'swapRegister', key, body }, () => this.#inner.swapRegister(key, body, expected));
  }

  createObject(key: string, body: string): Promise<void> {
    return this.#meet({ name: 'createObject', key, body }, () => this.#inner.createObject(key, body));
  }

  readObject(key: string): Promise<string | undefined> {
    return this.#meet({ name: 'readObject', key }, () => this.#inner.readObject(key));
  }

  listObjects(prefix: string, after?: string): Promise<readonly string[]> {
    return this.#meet({ name: 'listObjects', key: prefix }, () => this.#inner.listObjects(prefix, after));
  }

  removeObject(key: string): Promise<void> {
    return this.#meet({ name: 'removeObject', key }, () => this.#inner.removeObject(key));
  }

  async #meet<T>(operation: Operation, act: () => Promise<T>): Promise<T> {
    const fate = this.#fateOf(operation);
    if (fate === 'fine') return act();
    if (fate === 'lost-reply' || fate === 'own-412') await act();
    if (fate === 'late') this.#late.push(act);
    throw new StoreError(outcomeOf(fate), `${operation.name} ${operation.key} met ${fate}`);
  }
}

function outcomeOf(fate: Exclude<Fate, 'fine'>): StoreOutcome {
  switch (fate) {
    case 'lost-reply':
    case 'lost':
    case 'late':
      return 'ambiguous';
    case 'own-412':
      return 'precondition';
    default:
      return fate;
  }
}
