import { parseClusterUid } from '#engine/address.ts';
import type { Holder, HolderLiveness } from '#state/lease.ts';
import { DEFAULT_LEASE_POLICY } from '#state/lease.ts';
import type { KeyProvider } from '#state/data-key.ts';
import type { StorePorts } from '#state/conditional-write.ts';
import { StateStore } from '#state/state-store.ts';

export const BENCH_CLUSTER = parseClusterUid('benchbench');

const HOLDER: Holder = { host: 'bench', pid: 1, bootId: 'bench', processStart: 'bench', who: 'bench' };
const LIVENESS: HolderLiveness = { isCertainlyDead: async () => false };

const SEAL: KeyProvider = {
  create: async () => ({ bytes: new Uint8Array(32), wrapped: 'none' }),
  open: async () => new Uint8Array(32),
};

export function benchStore(ports: StorePorts): StateStore {
  const fixed = { seal: SEAL, holder: HOLDER, liveness: LIVENESS, policy: DEFAULT_LEASE_POLICY };
  return new StateStore({ ...ports, ...fixed, lineage: BENCH_CLUSTER });
}
