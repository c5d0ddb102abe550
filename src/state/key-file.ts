import { basename, dirname } from 'node:path';
import type { ClusterUid } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { AEAD_KEY_BYTES } from '#std/aead.ts';
import type { Files } from '#std/files.ts';
import type { Random } from '#std/random.ts';
import { readChecksummed, withChecksum } from './checksummed.ts';
import type { DataKey, KeyProvider } from './data-key.ts';
import { DurableDirectory } from './durable-directory.ts';
import { isStoreError } from './object-store.ts';
import { corrupt, storeProblem } from './store-problem.ts';
import { WrappingKey } from './wrapping-key.ts';

interface KeyFileOptions {
  readonly path: string;
  readonly files: Files;
  readonly random: Random;
}

/** A key in a file of this workstation, made when a first state needs it. */
export class KeyFile implements KeyProvider {
  readonly #options: KeyFileOptions;
  readonly #directory: DurableDirectory;
  readonly #name: string;

  constructor(options: KeyFileOptions) {
    const { path, files, random } = options;
    this.#options = options;
    this.#directory = new DurableDirectory({ root: dirname(path), files, random });
    this.#name = basename(path);
  }

  async create(lineage: ClusterUid): Promise<DataKey> {
    const key = (await this.#read()) ?? (await this.#make());
    return key.create(lineage);
  }

  async open(lineage: ClusterUid, wrapped: string): Promise<Uint8Array> {
    const key = await this.#read();
    if (key === undefined) throw problem('state.key-missing', { detail: `There is no ${this.#options.path}.` });
    return key.open(lineage, wrapped);
  }

  async #read(): Promise<WrappingKey | undefined> {
    const { path, random } = this.#options;
    const text = await this.#act(() => this.#directory.read(this.#name));
    if (text === undefined) return undefined;
    const bytes = Buffer.from(readChecksummed(text)?.body ?? '', 'base64url');
    if (bytes.length !== AEAD_KEY_BYTES) throw corrupt(path, 'it does not have its checksum');
    return new WrappingKey({ bytes, origin: path, random });
  }

  /** Whoever comes first makes it; everybody uses that one. */
  async #make(): Promise<WrappingKey> {
    const { path, random } = this.#options;
    const text = withChecksum(Buffer.from(random.bytes(AEAD_KEY_BYTES)).toString('base64url'));
    await this.#act(async () => {
      try {
        await this.#directory.publish(this.#name, text);
      } catch (error) {
        if (!isStoreError(error, 'precondition')) throw error;
      }
    });
    const key = await this.#read();
    if (key !== undefined) return key;
    throw problem('state.key-missing', { detail: `${path} was made and is gone again.` });
  }

  async #act<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw storeProblem(error, this.#options.path);
    }
  }
}
