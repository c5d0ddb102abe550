import { applyPlan } from '#engine/apply.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { type Change, explain, isPending } from '#engine/change.ts';
import { planChanges, type Plan, type Purpose } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { StateLease } from '#state/state-lease.ts';
import type { PlannedChange } from './app.ts';
import type { Run } from './run.ts';

export interface Goal {
  readonly blueprint: Blueprint;
  readonly purpose: Purpose;
  /** Whether what will be done was said already, as part of more. @default false */
  readonly isAnnounced?: boolean;
}

/** Looks at what is there, plans, says so and applies: one pass under one lease. */
export async function converge(run: Run, lease: StateLease, goal: Goal): Promise<ApplyResult> {
  const { cluster, interruption, emit } = run;
  const { stop, abort } = interruption;
  const signal = AbortSignal.any([lease.lost, stop, abort]);
  const plan = await planLooking(cluster.runtime, lease.snapshot, goal, signal);
  if (goal.isAnnounced !== true) emit({ type: 'planned', changes: describeChanges(plan) });
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

/** What a person is to read of a plan: everything that will not stay as it is. */
export function describeChanges({ changes }: Pick<Plan, 'changes'>): readonly PlannedChange[] {
  return changes.filter((change) => isPending(change) || change.action === 'leave').map(describeChange);
}

function describeChange({ address, kind, action, because }: Change): PlannedChange {
  return { address, kind, action, because: explain(because), inputs: inputsOf(because) };
}

function inputsOf(because: Change['because']): readonly string[] {
  if ('inputs' in because) return because.inputs;
  return 'outputs' in because ? because.outputs : [];
}
