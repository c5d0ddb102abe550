import { applyPlan } from '#engine/apply.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import type { ClusterState } from '#engine/cluster-state.ts';
import type { EngineEvent } from '#engine/event.ts';
import { planChanges } from '#engine/plan.ts';
import type { ResourceType } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { journalOf } from './journal-of.ts';

/** The longest that reads lag and requests are under way, and that anything is waited for. */
const VISIBLE_WITHIN_MS = 1_000;
export const REQUEST_AGE_MAX_MS = 5_000;
const PATIENCE_MS = 60_000;

export interface OneKindRun {
  readonly clock: VirtualClock;
  /** The one kind that the provider has. */
  readonly type: ResourceType;
  readonly state: ClusterState;
  readonly wanted: Blueprint;
}

export interface Ending {
  readonly result: ApplyResult;
  readonly events: readonly EngineEvent[];
}

/** Plans without having looked, and carries the plan out to its end. */
export async function applyOneKind({ clock, type, state, wanted }: OneKindRun): Promise<Ending> {
  const events: EngineEvent[] = [];
  const provider = {
    session: undefined,
    types: new Map([[type.kind, type]]),
    consistency: { visibleWithinMs: VISIBLE_WITHIN_MS, requestAgeMaxMs: REQUEST_AGE_MAX_MS, pollMs: 500 },
    deadlines: { callMs: 1_000, conditionMs: PATIENCE_MS },
    budgets: {},
  };
  const runtime: EngineRuntime = {
    clock,
    random: new SeededRandom(1),
    provider,
    budgets: new RateBudgets({}, clock),
    emit: (event) => events.push(event),
  };
  const plan = planChanges(wanted, state, { types: provider.types });
  return { result: await clock.run(applyPlan(plan, { runtime, journal: journalOf(state) })), events };
}
