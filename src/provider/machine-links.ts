import type { ClusterUid } from '#engine/address.ts';

/** What befalls what is sent between two sides, both ways: machines by the names of their nodes, zones, or regions. */
export interface Disturbance {
  readonly between: readonly [string, string];
  /** Nothing comes through. */
  readonly isCut: boolean;
  readonly latencyMs: number;
  /** The share that is lost, from 0 to 1. */
  readonly loss: number;
}

/** The links between machines, for whoever wants to see what becomes of a cluster when they fail. */
export interface MachineLinks {
  disturbances(uid: ClusterUid): Promise<readonly Disturbance[]>;
  /** In the place of all that were there before. */
  disturb(uid: ClusterUid, disturbances: readonly Disturbance[]): Promise<void>;
}
