import type { ObjectStore, Stored } from '#state/object-store.ts';

/** A store as a service has it: each request takes a while, and writes are counted. */
export class MeasuredStore implements ObjectStore {
  readonly location: string;
  writes = 0;
  readonly #inner: ObjectStore;
  readonly #latency: () => Promise<void>;

  constructor(inner: ObjectStore, latency: () => Promise<void> = async () => undefined) {
    this.location = inner.location;
    this.#inner = inner;
    this.#latency = latency;
  }

  async readRegister(key: string): Promise<Stored | undefined> {
    await this.#latency();
    return this.#inner.readRegister(key);
  }

  async swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    this.writes += 1;
    await this.#latency();
    return this.#inner.swapRegister(key, body, expected);
  }

  async createObject(key: string, body: string): Promise<void> {
    this.writes += 1;
    await this.#latency();
    return this.#inner.createObject(key, body);
  }

  async readObject(key: string): Promise<string | undefined> {
    await this.#latency();
    return this.#inner.readObject(key);
  }

  async listObjects(prefix: string, after?: string): Promise<readonly string[]> {
    await this.#latency();
    return this.#inner.listObjects(prefix, after);
  }

  async removeObject(key: string): Promise<void> {
    await this.#latency();
    return this.#inner.removeObject(key);
  }
}
