import type { Plan } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import type { PlanCost, PlannedChange } from './app.ts';
import { costOf, resourcesOf } from './cost.ts';
import { describeChanges } from './described-changes.ts';
import type { OpenCluster } from './open-cluster.ts';
import type { Run } from './run.ts';

export interface PricedPlan {
  readonly changes: readonly PlannedChange[];
  readonly cost: PlanCost;
}

/** A plan as people read it, with what it changes at what they pay. */
export async function pricedPlan(
  { connection }: Pick<OpenCluster, 'connection'>,
  plan: Plan,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<PricedPlan> {
  const book = await connection.prices(resourcesOf(plan, snapshot), signal);
  const { cost, differences } = costOf(plan, snapshot, book);
  return { changes: describeChanges(plan, differences), cost };
}

/** Says what will be done, before it is. */
export async function announce({ cluster, interruption, emit }: Run, plan: Plan, snapshot: Snapshot): Promise<void> {
  const signal = AbortSignal.any([interruption.stop, interruption.abort]);
  emit({ type: 'planned', ...(await pricedPlan(cluster, plan, snapshot, signal)) });
}
