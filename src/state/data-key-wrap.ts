import type { ClusterUid } from '#engine/address.ts';
import type { Random } from '#std/random.ts';
import { problem } from '#engine/problem.ts';
import { decryptText, encryptText, type KeyProvider } from './data-key.ts';

/** Between the wrapped key and what it wraps in turn; in no encoding of either. */
const SEPARATOR = '|';

/**
 * A data key that is already in use, as a head keeps it under another provider: wrapped by a fresh key which that
 * provider wraps. So a provider never has to take a key that it did not make.
 */
export async function wrapDataKey(seal: KeyProvider, lineage: ClusterUid, wrapping: Wrapping): Promise<string> {
  const outer = await seal.create(lineage);
  return [outer.wrapped, encryptText(outer.bytes, wrapping.bytes, boundTo(lineage), wrapping.random)].join(SEPARATOR);
}

interface Wrapping {
  readonly bytes: Uint8Array;
  readonly random: Random;
}

/** The data key of a head, whether its provider made it or only wraps it. */
export async function openDataKey(seal: KeyProvider, lineage: ClusterUid, text: string): Promise<Uint8Array> {
  const [wrapped = '', inner] = text.split(SEPARATOR);
  const bytes = await seal.open(lineage, wrapped);
  if (inner === undefined) return bytes;
  const opened = decryptText(bytes, inner, boundTo(lineage));
  if (opened !== undefined) return opened;
  throw problem('state.seal-broken', { detail: `The data key of ${lineage} does not open.` });
}

function boundTo(lineage: ClusterUid): string {
  return JSON.stringify(['moved-data-key', lineage]);
}
