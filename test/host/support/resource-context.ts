import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import type { CreateContext } from '#engine/resource.ts';

export const CLUSTER = parseClusterUid('clusterclustercluster');

/** What the engine gives a resource method, with every request sent at once. */
export function contextOf(address: string, incarnation = 1): CreateContext {
  const parsed = parseAddress(address);
  const instanceId = deriveInstanceId(CLUSTER, parsed, incarnation);
  const { signal } = new AbortController();
  return {
    cluster: CLUSTER,
    address: parsed,
    instanceId,
    signal,
    read: (_call, request) => request(signal),
    mutate: (_call, request) => request(signal),
    token: 'token',
    variant: '',
    lot: [instanceId],
  };
}
