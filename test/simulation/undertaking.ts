import { isClusterUid, type ClusterUid } from '#engine/address.ts';
import { type Blueprint, EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import type { Purpose } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import { BASE_SHAPE, type Operation, shapeAfter, TOPOLOGIES } from './topologies.ts';

const UID = 'simulatedcluster';

export const CLUSTER: ClusterUid = clusterUid(UID);

/** What an operator is after: one step after the other, each until it is done; a step may be meant to fail. */
export interface Step {
  readonly blueprint: Blueprint;
  readonly purpose: Purpose;
  /** Where what is wanted next hangs on how far the state has come: the step is done when that is `blueprint`. */
  readonly blueprintAt?: (snapshot: Snapshot) => Blueprint;
  readonly mayFail?: boolean;
  /** Done only while nothing beyond it has been begun. */
  readonly isFirst?: boolean;
}

const DELETION: Step = { blueprint: EMPTY_BLUEPRINT, purpose: 'delete' };

export interface Undertaking {
  readonly steps: readonly Step[];
  readonly goal: Step;
}

export function undertakingOf(topologyName: string, operation: Operation): Undertaking {
  const topology = TOPOLOGIES.get(topologyName);
  if (topology === undefined) throw new RangeError(`There is no topology ${topologyName}.`);
  const shape = shapeAfter(operation);
  if (shape === undefined) return { steps: [DELETION], goal: DELETION };
  const wanted: Step = { blueprint: topology.build(UID, shape), purpose: 'apply' };
  if (operation === 'cancel') return { steps: [{ ...wanted, mayFail: true }, DELETION], goal: DELETION };
  if (operation !== 'rollback') return { steps: [wanted], goal: wanted };
  const back: Step = { blueprint: topology.build(UID, BASE_SHAPE), purpose: 'rollback' };
  return { steps: [{ ...wanted, mayFail: true }, back], goal: back };
}

function clusterUid(text: string): ClusterUid {
  if (isClusterUid(text)) return text;
  throw new RangeError(`${text} is no cluster uid.`);
}
