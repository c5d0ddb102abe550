import { RateBudgets } from '#engine/budget.ts';
import { applyPlan } from '#engine/apply.ts';
import type { EngineEvent } from '#engine/event.ts';
import { isPending } from '#engine/change.ts';
import { type Plan, planChanges } from '#engine/plan.ts';
import type { Problem } from '#engine/problem.ts';
import { observeAll } from '#engine/refresh.ts';
import { blueprintToRollBackTo } from '#engine/rollback.ts';
import type { EngineRuntime, Provider } from '#engine/runtime.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { StateLease } from '#state/state-lease.ts';
import type { SimulatedProcess } from './process.ts';
import { openStateStore } from './open-store.ts';
import type { Step } from './undertaking.ts';

export interface Outcome {
  readonly ok: boolean;
  readonly failed: readonly Problem[];
  /** Nothing had to be changed. */
  readonly wasIdle: boolean;
}

export interface OperatorSeed {
  readonly process: SimulatedProcess;
  readonly objects: ObjectStore;
  readonly provider: Provider;
  readonly emit: (event: EngineEvent) => void;
  /** Shown every plan before it is carried out. */
  readonly onPlan: (plan: Plan) => void;
  /** Whether the process of that number is dead, as far as this one can tell. */
  readonly isKnownDead: (number: number) => boolean;
}

/** One run of the program, as its command line would do it: take the lease, look, plan, apply, let go. */
export async function operate(seed: OperatorSeed, steps: readonly Step[]): Promise<Outcome> {
  const { process, objects, provider, emit, isKnownDead } = seed;
  const { clock, random } = process;
  const runtime: EngineRuntime = { clock, random, provider, budgets: new RateBudgets(provider.budgets, clock), emit };
  const store = openStateStore({ process, objects, emit, isKnownDead });
  await using lease = await store.acquire({ wait: true });
  let outcome: Outcome = { ok: true, failed: [], wasIdle: true };
  for (const step of steps) {
    if (step.isFirst === true && !isAboutToBegin(lease, step)) continue;
    const { ok, failed, wasIdle } = await bringToEnd(seed, runtime, lease, step);
    outcome = { ok, failed, wasIdle: outcome.wasIdle && wasIdle };
    if (!outcome.ok) break;
  }
  return outcome;
}

/** By one plan, or by as many as it takes where the state says what is next. */
async function bringToEnd(seed: OperatorSeed, runtime: EngineRuntime, lease: StateLease, step: Step): Promise<Outcome> {
  let wasIdle = true;
  for (let before: string | undefined; ;) {
    const blueprint = step.blueprintAt?.(lease.snapshot) ?? step.blueprint;
    const outcome = await carryOut(seed, runtime, lease, { ...step, blueprint });
    wasIdle &&= outcome.wasIdle;
    const isStuck = blueprint.hash === before;
    const ok = (outcome.ok && !isStuck) || step.mayFail === true;
    if (!ok || blueprint.hash === step.blueprint.hash) return { ...outcome, ok, wasIdle };
    before = blueprint.hash;
  }
}

/** As the commands do: nothing beyond the step itself has been begun. */
function isAboutToBegin({ snapshot }: StateLease, { blueprint }: Step): boolean {
  return [...snapshot.records.values()].every(({ address }) => blueprint.declarations.has(address));
}

async function carryOut(seed: OperatorSeed, runtime: EngineRuntime, lease: StateLease, step: Step): Promise<Outcome> {
  const { purpose } = step;
  const blueprint = purpose === 'rollback' ? await blueprintToRollBackTo(lease) : step.blueprint;
  const observations = await observeAll(runtime, lease.snapshot, lease.lost);
  const plan = planChanges(blueprint, lease.snapshot, { types: runtime.provider.types, observations, purpose });
  seed.onPlan(plan);
  const { ok, failed } = await applyPlan(plan, { runtime, journal: lease });
  return { ok, failed, wasIdle: !plan.changes.some(isPending) };
}
