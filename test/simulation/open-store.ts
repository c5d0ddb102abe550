import type { EngineEvent } from '#engine/event.ts';
import type { DataKey, KeyProvider } from '#state/data-key.ts';
import { DEFAULT_LEASE_POLICY, type HolderLiveness } from '#state/lease.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { StateStore } from '#state/state-store.ts';
import type { SimulatedProcess } from './process.ts';
import { CLUSTER } from './undertaking.ts';

const KEY: DataKey = { bytes: Buffer.alloc(32, 7), wrapped: 'wrapped-key' };
const KEYS: KeyProvider = { create: () => Promise.resolve(KEY), open: () => Promise.resolve(KEY.bytes) };

export interface StoreOfProcess {
  readonly process: SimulatedProcess;
  readonly objects: ObjectStore;
  readonly emit: (event: EngineEvent) => void;
  /** Whether the process of that number is dead, as far as this one can tell. */
  readonly isKnownDead: (number: number) => boolean;
}

/** The cluster's state as one process opens it. */
export function openStateStore({ process, objects, emit, isKnownDead }: StoreOfProcess): StateStore {
  const { clock, random, number } = process;
  const holder = { host: `host-${number}`, pid: number, bootId: `boot-${number}`, processStart: '1', who: 'operator' };
  const policy = DEFAULT_LEASE_POLICY;
  const liveness: HolderLiveness = { isCertainlyDead: ({ pid }) => Promise.resolve(isKnownDead(pid)) };
  return new StateStore({ objects, clock, random, seal: KEYS, holder, liveness, policy, emit, lineage: CLUSTER });
}
