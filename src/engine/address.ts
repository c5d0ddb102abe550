import { sha256Base32 } from '#std/hash.ts';
import { problem } from './problem.ts';

/** Stable name of a declared resource, such as `network.vpc` or `node.worker-3`. */
export type Address = string & { readonly __brand: 'Address' };

/** One physical object: new for every replacement, the seed of its tokens and tags. */
export type InstanceId = string & { readonly __brand: 'InstanceId' };

/** The cluster's own identity: what proves that an object in the cloud is ours. */
export type ClusterUid = string & { readonly __brand: 'ClusterUid' };

const ADDRESS = /^[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*$/;
const ADDRESS_LENGTH_MAX = 160;
const UID = /^[a-z0-9]{8,52}$/;

export function parseAddress(text: string): Address {
  if (isAddress(text)) return text;
  throw problem('address.invalid', { detail: `"${text}" is not an address.` });
}

export function isAddress(text: string): text is Address {
  return text.length <= ADDRESS_LENGTH_MAX && ADDRESS.test(text);
}

export function isInstanceId(text: string): text is InstanceId {
  return UID.test(text);
}

export function parseInstanceId(text: string): InstanceId {
  if (isInstanceId(text)) return text;
  throw problem('address.invalid', { detail: `"${text}" is not an instance id.` });
}

export function isClusterUid(text: string): text is ClusterUid {
  return UID.test(text);
}

export function parseClusterUid(text: string): ClusterUid {
  if (isClusterUid(text)) return text;
  throw problem('address.invalid', { detail: `"${text}" is not a cluster uid.` });
}

/** Derived, never drawn: whoever resumes after a crash arrives at the same instance. */
export function deriveInstanceId(cluster: ClusterUid, address: Address, incarnation: number): InstanceId {
  return parseInstanceId(sha256Base32(['instance', cluster, address, incarnation].join('\u0000')).slice(0, 32));
}

export interface TokenSeed {
  readonly instanceId: InstanceId;
  /** Where the request goes (zone, type): a token spent in one zone must not be replayed in another. */
  readonly variant: string;
  readonly attempt: number;
}

/** The idempotency token of one create request: same seed, same token, in every process. */
export function deriveToken({ instanceId, variant, attempt }: TokenSeed): string {
  return sha256Base32(['token', instanceId, variant, attempt].join('\u0000'));
}
