import { readChecksummed, withChecksum } from './checksummed.ts';
import type { DurableDirectory } from './durable-directory.ts';
import { StoreError, type Stored } from './object-store.ts';

/** Old versions that stay: proof for writers that were asleep, and something to fall back on. */
const KEPT = 32;
/** A writer this far behind linked a name that was free only because its version had been pruned. */
const STALE = 16;
const LOOKS_MAX = 16;
const VERSION = /^\d{12}$/;

interface Current extends Stored {
  readonly version: number;
}

/** A register as a directory of numbered versions: the highest whole one counts, and making the next number is the swap. */
export class DirectoryRegister {
  readonly #directory: DurableDirectory;
  readonly #key: string;

  constructor(directory: DurableDirectory, key: string) {
    this.#directory = directory;
    this.#key = key;
  }

  async exists(): Promise<boolean> {
    return (await this.#versions()).length > 0;
  }

  async read(): Promise<Stored | undefined> {
    return (await this.#look()).current;
  }

  async swap(body: string, expected: string | undefined): Promise<string> {
    const { current, highest } = await this.#look();
    if (current?.tag !== expected) throw new StoreError('precondition', `${this.#key} is not what was expected`);
    const text = withChecksum(body);
    const mine = highest + 1;
    await this.#directory.publish(this.#path(mine), text);
    try {
      await this.#confirm(mine);
    } catch (error) {
      throw new StoreError('ambiguous', `${this.#key} was written and could not be read back`, error);
    }
    return tagOf(mine, text);
  }

  /** Oldest first, so that whoever reads meanwhile never sees an old version come back. */
  async remove(): Promise<void> {
    for (const version of await this.#versions()) await this.#directory.remove(this.#path(version));
    await this.#directory.removeDirectory(this.#key);
  }

  async #look(): Promise<{ readonly current: Current | undefined; readonly highest: number }> {
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const versions = await this.#versions();
      const highest = versions.at(-1);
      if (highest === undefined) return { current: undefined, highest: 0 };
      const { current, damaged } = await this.#newestWhole(versions);
      if (current !== undefined) return { current, highest };
      // Every version that was listed may have been pruned since; if they are there and damaged, nothing is left.
      if (damaged.length === versions.length)
        throw new StoreError('corrupt', `${damaged[0]} does not have its checksum`);
    }
    throw new StoreError('unavailable', `${this.#key} changes faster than it can be read`);
  }

  async #newestWhole(versions: readonly number[]): Promise<{ current?: Current; damaged: readonly string[] }> {
    const damaged: string[] = [];
    for (const version of versions.toReversed()) {
      const path = this.#path(version);
      const text = await this.#directory.read(path);
      if (text === undefined) continue;
      const whole = readChecksummed(text);
      if (whole === undefined) damaged.push(path);
      else {
        const current = { version, body: whole.body, tag: tagOf(version, text) };
        return { current: damaged.length === 0 ? current : { ...current, damaged }, damaged };
      }
    }
    return { damaged };
  }

  async #confirm(mine: number): Promise<void> {
    const versions = await this.#versions();
    const newest = versions.at(-1) ?? mine;
    if (newest - mine >= STALE) {
      await this.#directory.discard(this.#path(mine));
      // It lost, unless it was asleep after winning: what is in the register now tells.
      throw new StoreError('ambiguous', `${this.#key} is at ${newest}, far beyond ${mine}`);
    }
    for (const version of versions.filter((other) => other <= newest - KEPT)) {
      await this.#directory.discard(this.#path(version)).catch(() => undefined);
    }
  }

  async #versions(): Promise<readonly number[]> {
    const names = await this.#directory.list(this.#key);
    return names.filter((name) => VERSION.test(name)).map(Number);
  }

  #path(version: number): string {
    return `${this.#key}/${String(version).padStart(12, '0')}`;
  }
}

/** The checksum, under the number: equal bodies in two versions have different tags. */
function tagOf(version: number, text: string): string {
  return `${version}-${text.slice(0, 64)}`;
}
