import { sha256Hex } from '#std/hash.ts';
import { type ObjectStore, StoreError, type Stored } from './object-store.ts';

/** The objects of a store in memory, reached synchronously: what a simulated store is made of. */
export class MemoryObjects {
  readonly #registers: Map<string, Stored>;
  readonly #bodies: Map<string, string>;
  readonly #keys: SortedKeys;

  constructor(source?: MemoryObjects) {
    this.#registers = new Map(source?.registers);
    this.#bodies = new Map(source?.bodies);
    this.#keys = new SortedKeys(source?.keys);
  }

  get registers(): ReadonlyMap<string, Stored> {
    return this.#registers;
  }

  get bodies(): ReadonlyMap<string, string> {
    return this.#bodies;
  }

  /** All keys, ascending. */
  get keys(): readonly string[] {
    return this.#keys.all;
  }

  clone(): MemoryObjects {
    return new MemoryObjects(this);
  }

  readRegister(key: string): Stored | undefined {
    return this.#registers.get(key);
  }

  swapRegister(key: string, body: string, expected: string | undefined): string {
    const current = this.#registers.get(key);
    if (current?.tag !== expected) throw new StoreError('precondition', `${key} is not what was expected.`);
    // As in S3, equal bodies have equal tags: only a nonce in the body tells two writes apart.
    const tag = sha256Hex(body);
    this.#registers.set(key, { body, tag });
    if (current === undefined) this.#keys.add(key);
    return tag;
  }

  createObject(key: string, body: string): void {
    if (this.#bodies.has(key)) throw new StoreError('precondition', `${key} exists.`);
    this.#bodies.set(key, body);
    this.#keys.add(key);
  }

  readObject(key: string): string | undefined {
    return this.#bodies.get(key);
  }

  listObjects(prefix: string, after = ''): readonly string[] {
    return this.#keys.startingWith(prefix, after);
  }

  removeObject(key: string): void {
    if (this.#bodies.delete(key) || this.#registers.delete(key)) this.#keys.remove(key);
  }
}

/** A store that lives as long as the process. */
export class MemoryStore implements ObjectStore {
  readonly location = 'memory';
  readonly objects: MemoryObjects;

  constructor(objects = new MemoryObjects()) {
    this.objects = objects;
  }

  async readRegister(key: string): Promise<Stored | undefined> {
    return this.objects.readRegister(key);
  }

  async swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    return this.objects.swapRegister(key, body, expected);
  }

  async createObject(key: string, body: string): Promise<void> {
    this.objects.createObject(key, body);
  }

  async readObject(key: string): Promise<string | undefined> {
    return this.objects.readObject(key);
  }

  async listObjects(prefix: string, after?: string): Promise<readonly string[]> {
    return this.objects.listObjects(prefix, after);
  }

  async removeObject(key: string): Promise<void> {
    this.objects.removeObject(key);
  }
}

/** Keys mostly arrive in ascending order, so keeping them sorted costs nothing. */
class SortedKeys {
  readonly #keys: string[];

  constructor(keys: readonly string[] = []) {
    this.#keys = [...keys];
  }

  get all(): readonly string[] {
    return this.#keys;
  }

  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || last < key) this.#keys.push(key);
    else this.#keys.splice(this.#firstAtLeast(key), 0, key);
  }

  remove(key: string): void {
    const place = this.#firstAtLeast(key);
    if (this.#keys[place] === key) this.#keys.splice(place, 1);
  }

  startingWith(prefix: string, after: string): readonly string[] {
    const first = after >= prefix ? this.#firstAtLeast(`${after}\u0000`) : this.#firstAtLeast(prefix);
    let end = first;
    while (this.#keys[end]?.startsWith(prefix) === true) end += 1;
    return this.#keys.slice(first, end);
  }

  #firstAtLeast(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
