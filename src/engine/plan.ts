import type { ClusterUid, InstanceId } from './address.ts';
import type { Blueprint } from './blueprint.ts';
import { isPending, isUpward, type Change, type UpwardChange } from './change.ts';
import { planDown } from './plan-down.ts';
import { dependentsFirst, leaveWhatIsStoodOn, pullForward } from './plan-order.ts';
import { planUp } from './plan-up.ts';
import type { Planning } from './planning.ts';
import type { Snapshot } from './record.ts';
import type { Observations } from './refresh.ts';
import type { ResourceType } from './resource.ts';

export type Purpose = 'apply' | 'rollback' | 'delete';

/** What would be done, and why. Bound to the state it was made from and to the blueprint it leads to. */
export interface Plan {
  readonly purpose: Purpose;
  readonly cluster: ClusterUid;
  readonly serial: number;
  /** Hash of the blueprint. */
  readonly blueprint: string;
  /** What is made, dependencies first; then what goes, dependents first. */
  readonly changes: readonly Change[];
}

export interface PlanOptions {
  readonly types: ReadonlyMap<string, ResourceType>;
  /** What was seen; without a look an object is believed to be as the state says. */
  readonly observations?: Observations;
  readonly purpose?: Purpose;
}

/** Pure: the same blueprint, snapshot and observations give the same plan, and nothing else is read. */
export function planChanges(blueprint: Blueprint, snapshot: Snapshot, options: PlanOptions): Plan {
  const { types, observations = new Map(), purpose = 'apply' } = options;
  const planning: Planning = { snapshot, types, observations, ups: new Map(), downs: new Map() };
  for (const declaration of blueprint.declarations.values()) {
    planning.ups.set(declaration.address, planUp(planning, declaration));
  }
  const taken = new Set([...planning.ups.values()].map(instanceOf));
  for (const record of snapshot.records.values()) {
    if (!taken.has(record.instanceId)) planDown(planning, record);
  }
  leaveWhatIsStoodOn(planning);
  pullForward(planning);
  const changes = [...planning.ups.values(), ...dependentsFirst(planning)];
  return { purpose, cluster: snapshot.cluster, serial: snapshot.serial, blueprint: blueprint.hash, changes };
}

export function isEmpty({ changes }: Plan): boolean {
  return !changes.some(isPending);
}

function instanceOf(change: UpwardChange): InstanceId | undefined {
  return isUpward(change) && 'instanceId' in change ? change.instanceId : undefined;
}
