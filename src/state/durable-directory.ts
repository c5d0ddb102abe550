import { join } from 'node:path';
import { FileError, type Files, isFileError } from '#std/files.ts';
import { nonce, type Random } from '#std/random.ts';
import { StoreError, type StoreOutcome } from './object-store.ts';

const TEMPORARY = '.tmp';
const LITTER_AGE_MS = 3_600_000;

const NOT_EXECUTED = {
  absent: 'unavailable',
  exists: 'precondition',
  full: 'full',
  denied: 'denied',
  io: 'unavailable',
} as const satisfies Record<FileError['code'], StoreOutcome>;

/** Files that appear under their final name whole and durable, or not at all. */
export class DurableDirectory {
  readonly root: string;
  readonly #files: Files;
  readonly #random: Random;
  /** Directories whose last sync failed: nothing in them counts before it succeeds. */
  readonly #unsynced = new Set<string>();
  #swept = false;

  constructor({ root, files, random }: { root: string; files: Files; random: Random }) {
    this.root = root;
    this.#files = files;
    this.#random = random;
  }

  /** Gives the text a name that nobody has; taken: precondition. */
  async publish(path: string, text: string): Promise<void> {
    const { directory, full } = this.#place(path);
    await this.#settleSync(directory);
    const temporary = await this.#writeTemporary(text);
    try {
      await this.#link({ temporary, full, directory });
    } finally {
      await this.#files.remove(temporary).catch(() => undefined);
    }
    await this.#sync(directory);
  }

  async read(path: string): Promise<string | undefined> {
    const { directory, full } = this.#place(path);
    await this.#settleSync(directory);
    return absentIsUndefined(() => this.#files.read(full), path);
  }

  /** Names in a directory, those of directories with a `/` at the end, ascending; an absent directory is empty. */
  async list(path: string): Promise<readonly string[]> {
    const directory = join(this.root, path, '.');
    await this.#settleSync(directory);
    const entries = (await absentIsUndefined(() => this.#files.list(directory), path)) ?? [];
    const names = entries.map(({ name, isDirectory }) => (isDirectory ? `${name}/` : name));
    return names.filter((name) => !name.startsWith('.')).toSorted(byText);
  }

  async remove(path: string): Promise<void> {
    const { directory } = this.#place(path);
    await this.discard(path);
    await absentIsUndefined(() => this.#files.syncDirectory(directory), path);
  }

  /** Removes what may as well come back after a power cut. */
  async discard(path: string): Promise<void> {
    await this.#act(path, undefined, () => this.#files.remove(this.#place(path).full));
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#act(path, undefined, () => this.#files.removeDirectory(join(this.root, path)));
  }

  #place(path: string): { readonly directory: string; readonly full: string } {
    const full = join(this.root, path);
    return { directory: join(full, '..'), full };
  }

  async #writeTemporary(text: string): Promise<string> {
    const directory = join(this.root, TEMPORARY);
    const temporary = join(directory, nonce(this.#random));
    const create = () => this.#files.create(temporary, text);
    try {
      await create().catch(async (error: unknown) => {
        if (!isFileError(error, 'absent')) throw error;
        await this.#files.makeDirectory(directory);
        await create();
      });
    } catch (error) {
      // The name was drawn at random: taken, it is another writer's, and says nothing about the name that was asked for.
      if (isFileError(error, 'exists')) throw storeError(error, 'unavailable', temporary);
      await this.#files.remove(temporary).catch(() => undefined);
      throw storeError(error, undefined, temporary);
    }
    await this.#sweep(directory, temporary);
    return temporary;
  }

  async #link({ temporary, full, directory }: { temporary: string; full: string; directory: string }): Promise<void> {
    const link = () => this.#files.link(temporary, full);
    try {
      await link().catch(async (error: unknown) => {
        if (!isFileError(error, 'absent')) throw error;
        await this.#files.makeDirectory(directory);
        await link();
      });
    } catch (error) {
      throw storeError(error, isFileError(error, 'io') ? 'ambiguous' : undefined, full);
    }
  }

  async #sync(directory: string): Promise<void> {
    this.#unsynced.add(directory);
    await this.#act(directory, 'ambiguous', () => this.#files.syncDirectory(directory));
    this.#unsynced.delete(directory);
  }

  async #settleSync(directory: string): Promise<void> {
    if (!this.#unsynced.has(directory)) return;
    await this.#act(directory, undefined, () => this.#files.syncDirectory(directory));
    this.#unsynced.delete(directory);
  }

  async #act(path: string, outcome: StoreOutcome | undefined, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      throw storeError(error, outcome, path);
    }
  }

  /** Removes what writers left that died between writing and naming: once, and only what is an hour older than this. */
  async #sweep(directory: string, own: string): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    try {
      const nowMs = await this.#files.modifiedMs(own);
      for (const { name } of await this.#files.list(directory)) {
        const path = join(directory, name);
        if ((await this.#files.modifiedMs(path)) < nowMs - LITTER_AGE_MS) await this.#files.remove(path);
      }
    } catch {
      // Litter costs room and nothing else; its writer may be removing it at this moment.
    }
  }
}

async function absentIsUndefined<T>(act: () => Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isFileError(error, 'absent')) return undefined;
    throw storeError(error, undefined, path);
  }
}

function storeError(error: unknown, outcome: StoreOutcome | undefined, path: string): unknown {
  if (!(error instanceof FileError)) return error;
  return new StoreError(outcome ?? NOT_EXECUTED[error.code], `${path}: ${error.message}`, error);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}
