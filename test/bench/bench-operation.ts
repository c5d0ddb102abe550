import type { Blueprint } from '#engine/blueprint.ts';
import { applyPlan } from '#engine/apply.ts';
import { RateBudgets } from '#engine/budget.ts';
import { planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime, Provider } from '#engine/runtime.ts';
import type { StorePorts } from '#state/conditional-write.ts';
import { benchStore } from './bench-state.ts';

export interface OperationSeed {
  readonly ports: StorePorts;
  readonly provider: Provider;
  readonly blueprint: Blueprint;
  readonly purpose?: Purpose;
}

export interface OperationTimes {
  readonly acquireMs: number;
  readonly observeMs: number;
  readonly planMs: number;
  readonly applyMs: number;
  readonly releaseMs: number;
}

/** One whole operation as a command runs it; throws when anything at all went wrong. */
export async function runOperation(seed: OperationSeed): Promise<OperationTimes> {
  const { ports, provider, blueprint, purpose = 'apply' } = seed;
  const { clock, random } = ports;
  const budgets = new RateBudgets(provider.budgets, clock);
  const runtime: EngineRuntime = { clock, random, provider, budgets, emit: () => undefined };
  const times: number[] = [clock.monotonicMs()];
  const lap = () => times.push(clock.monotonicMs());
  const lease = await benchStore(ports).acquire();
  lap();
  const observations = await observeAll(runtime, lease.snapshot, new AbortController().signal);
  lap();
  const plan = planChanges(blueprint, lease.snapshot, { types: provider.types, observations, purpose });
  lap();
  const result = await applyPlan(plan, { runtime, journal: lease });
  lap();
  await lease[Symbol.asyncDispose]();
  lap();
  const [failure] = result.failed;
  if (failure !== undefined) throw failure;
  const took = (place: number) => (times[place + 1] ?? 0) - (times[place] ?? 0);
  return { acquireMs: took(0), observeMs: took(1), planMs: took(2), applyMs: took(3), releaseMs: took(4) };
}
