import type { Address, ClusterUid, InstanceId } from './address.ts';

interface RecordBase {
  readonly address: Address;
  readonly kind: string;
  readonly instanceId: InstanceId;
  readonly incarnation: number;
  /** Resolved inputs, frozen when the intent was written. */
  readonly inputs: unknown;
  readonly dependsOn: readonly Address[];
  readonly within: Address | undefined;
  readonly retain: boolean;
  /** Another instance has taken the address; this one only waits to be destroyed. */
  readonly deposed: boolean;
  readonly problem: RecordedProblem | undefined;
}

/** Why the last attempt on a resource did not end well. */
interface RecordedProblem {
  readonly code: string;
  readonly detail: string;
}

/** An open create intent: the object may or may not exist. */
export interface CreatingRecord extends RecordBase {
  readonly status: 'creating';
  readonly variant: string;
  readonly attempt: number;
  /** Instances that the same request makes, this one among them; undefined: it makes this one alone. */
  readonly lot?: readonly InstanceId[] | undefined;
  /** Known once the service has answered. */
  readonly outputs: unknown;
}

export interface ReadyRecord extends RecordBase {
  readonly status: 'ready';
  readonly outputs: unknown;
  readonly readyAtMs: number;
  /** It was something else before it became this: an old sight of it may still show that. */
  readonly isChanged?: boolean | undefined;
}

export interface UpdatingRecord extends RecordBase {
  readonly status: 'updating';
  readonly outputs: unknown;
  /** What the object was last known to be. */
  readonly previousInputs: unknown;
}

export interface DestroyingRecord extends RecordBase {
  readonly status: 'destroying';
  readonly outputs: unknown;
}

/** One physical object as the state knows it, from its first intent until it is gone. */
export type ResourceRecord = CreatingRecord | ReadyRecord | UpdatingRecord | DestroyingRecord;

/** The state as plans read it. */
export interface Snapshot {
  readonly cluster: ClusterUid;
  /** Number of the last journal object folded in. */
  readonly serial: number;
  readonly records: ReadonlyMap<InstanceId, ResourceRecord>;
  /** Oldest first. */
  instancesAt(address: Address): readonly ResourceRecord[];
  /** The instance that holds the address. */
  current(address: Address): ResourceRecord | undefined;
  readonly nextIncarnation: number;
  /** Hash of the blueprint that was last applied without failure. */
  readonly appliedBlueprint: string | undefined;
  /** Objects with our tag that were let go on purpose: no stray, not ours to destroy. */
  readonly released: ReadonlySet<InstanceId>;
  /** Set once everything is destroyed: the cluster's name is free, its history stays. */
  readonly tombstone: boolean;
}
