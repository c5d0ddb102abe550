import { applyPlan } from '#engine/apply.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { planChanges, type Plan, type Purpose } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { StateLease } from '#state/state-lease.ts';
import { announce } from './priced-plan.ts';
import type { Run } from './run.ts';

export interface Goal {
  readonly blueprint: Blueprint;
  readonly purpose: Purpose;
  /** Whether what will be done was said already, as part of more. @default false */
  readonly isAnnounced?: boolean;
  /** Has a look at the plan before any of it is carried out, and may refuse it. */
  check?(plan: Plan): Promise<void>;
}

/** Looks at what is there, plans, says so and applies: one pass under one lease. */
export async function converge(run: Run, lease: StateLease, goal: Goal): Promise<ApplyResult> {
  const { cluster, interruption } = run;
  const { stop, abort } = interruption;
  const signal = AbortSignal.any([lease.lost, stop, abort]);
  const plan = await planLooking(cluster.runtime, lease.snapshot, goal, signal);
  if (goal.isAnnounced !== true) await announce(run, plan, lease.snapshot);
  await goal.check?.(plan);
  return applyPlan(plan, { runtime: cluster.runtime, journal: lease, stop, abort });
}

export async function planLooking(
  runtime: EngineRuntime,
  snapshot: Snapshot,
  { blueprint, purpose }: Goal,
  signal: AbortSignal,
): Promise<Plan> {
  const observations = await observeAll(runtime, snapshot, signal);
  return planChanges(blueprint, snapshot, { types: runtime.provider.types, observations, purpose });
}
