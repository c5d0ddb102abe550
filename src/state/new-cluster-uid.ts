import { type ClusterUid, parseClusterUid } from '#engine/address.ts';
import { sha256Base32 } from '#std/hash.ts';
import type { Random } from '#std/random.ts';

const LENGTH = 26;

/** Drawn once for each cluster: nobody else ever has the same. */
export function newClusterUid(random: Random): ClusterUid {
  return parseClusterUid(sha256Base32(Buffer.from(random.bytes(32)).toString('hex')).slice(0, LENGTH));
}
