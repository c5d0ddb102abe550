import { assert } from '#std/assert.ts';
import type { Files } from '#std/files.ts';
import type { Random } from '#std/random.ts';
import { readChecksummed, withChecksum } from './checksummed.ts';
import { DirectoryRegister } from './directory-register.ts';
import { DurableDirectory } from './durable-directory.ts';
import { isObjectKey } from './object-keys.ts';
import { type ObjectStore, StoreError, type Stored } from './object-store.ts';

export interface DirectoryStoreOptions {
  readonly root: string;
  readonly files: Files;
  readonly random: Random;
}

/** A store in a local directory: no daemon and no lock, exclusive by link(2) alone, so any number of processes may share it. */
export class DirectoryStore implements ObjectStore {
  readonly location: string;
  readonly #directory: DurableDirectory;

  constructor(options: DirectoryStoreOptions) {
    this.location = options.root;
    this.#directory = new DurableDirectory(options);
  }

  async readRegister(key: string): Promise<Stored | undefined> {
    return this.#register(key).read();
  }

  async swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    return this.#register(key).swap(body, expected);
  }

  async createObject(key: string, body: string): Promise<void> {
    await this.#directory.publish(checked(key), withChecksum(body));
  }

  async readObject(key: string): Promise<string | undefined> {
    const text = await this.#directory.read(checked(key));
    if (text === undefined) return undefined;
    const whole = readChecksummed(text);
    if (whole === undefined) throw new StoreError('corrupt', `${key} does not have its checksum`);
    return whole.body;
  }

  async listObjects(prefix: string, after = ''): Promise<readonly string[]> {
    const keys = await this.#walk(prefix.slice(0, prefix.lastIndexOf('/') + 1));
    return keys
      .filter((key) => key > after && key.startsWith(prefix))
      .toSorted((left, right) => (left < right ? -1 : 1));
  }

  async removeObject(key: string): Promise<void> {
    const register = this.#register(key);
    if (await register.exists()) await register.remove();
    else await this.#directory.remove(key);
    const folder = key.slice(0, Math.max(0, key.lastIndexOf('/')));
    if (folder !== '') await this.#directory.removeDirectory(folder);
  }

  #register(key: string): DirectoryRegister {
    return new DirectoryRegister(this.#directory, checked(key));
  }

  /** Every key below a folder; a directory whose name is a key is a register. */
  async #walk(folder: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of await this.#directory.list(folder)) {
      const path = `${folder}${name}`;
      const key = name.endsWith('/') ? path.slice(0, -1) : path;
      if (!name.endsWith('/')) found.push(...(isObjectKey(key) ? [key] : []));
      else if (!isObjectKey(key)) found.push(...(await this.#walk(path)));
      else if (await this.#register(key).exists()) found.push(key);
    }
    return found;
  }
}

function checked(key: string): string {
  assert(isObjectKey(key), `A key is made of words, slashes and an extension: ${key}`);
  return key;
}
