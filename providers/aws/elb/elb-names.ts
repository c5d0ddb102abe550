import type { ClusterUid } from '#engine/address.ts';
import { assert } from '#std/assert.ts';
import { sha256Base32 } from '#std/hash.ts';

const NAME_LENGTH_MAX = 32;
/** Of the uid, which is itself too long: what is left makes two clusters of one name as good as impossible. */
const DIGEST_LENGTH = 14;

/** What is balanced has short names, which are the same at every attempt; whose it is its tags tell. */
export function balancerName(uid: ClusterUid, part?: string): string {
  const digest = sha256Base32(['balancer', uid].join('\u0000')).slice(0, DIGEST_LENGTH);
  const name = ['bootstrap', digest, ...(part === undefined ? [] : [part])].join('-');
  assert(name.length <= NAME_LENGTH_MAX, `The name ${name} is short enough for a load balancer.`);
  return name;
}
