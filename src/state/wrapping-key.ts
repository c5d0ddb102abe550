import type { ClusterUid } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { AEAD_KEY_BYTES } from '#std/aead.ts';
import { assert } from '#std/assert.ts';
import type { Random } from '#std/random.ts';
import { type DataKey, decryptText, encryptText, type KeyProvider } from './data-key.ts';

interface WrappingKeyOptions {
  readonly bytes: Uint8Array;
  /** For messages: where this key is kept. */
  readonly origin: string;
  readonly random: Random;
}

/** A key at hand that wraps data keys: what is stored beside the state is worth nothing without it. */
export class WrappingKey implements KeyProvider {
  readonly #options: WrappingKeyOptions;

  constructor(options: WrappingKeyOptions) {
    assert(options.bytes.length === AEAD_KEY_BYTES, 'A wrapping key has 256 bits.');
    this.#options = options;
  }

  async create(lineage: ClusterUid): Promise<DataKey> {
    const { bytes: key, random } = this.#options;
    const bytes = random.bytes(AEAD_KEY_BYTES);
    return { bytes, wrapped: encryptText(key, bytes, boundTo(lineage), random) };
  }

  async open(lineage: ClusterUid, wrapped: string): Promise<Uint8Array> {
    const { bytes: key, origin } = this.#options;
    const bytes = decryptText(key, wrapped, boundTo(lineage));
    if (bytes !== undefined) return bytes;
    throw problem('state.seal-broken', {
      detail: `The state of ${lineage} was not sealed under the key in ${origin}.`,
    });
  }
}

function boundTo(lineage: ClusterUid): string {
  return JSON.stringify(['data-key', lineage]);
}
