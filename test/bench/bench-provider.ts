import type { Budget } from '#engine/budget.ts';
import type { Provider } from '#engine/runtime.ts';
import type { ResourceType } from '#engine/resource.ts';
import { BENCH_KINDS, type BenchSession } from './bench-kinds.ts';

export const BENCH_TYPES: ReadonlyMap<string, ResourceType> = new Map(BENCH_KINDS.map((type) => [type.kind, type]));

export interface BenchProviderSeed {
  readonly latency: BenchSession['latency'];
  readonly budgets?: Readonly<Record<string, Budget>>;
}

/** A provider whose account answers as fast as it is told to, and whose reads never lag. */
export function benchProvider({ latency, budgets = {} }: BenchProviderSeed): Provider {
  const session: BenchSession = { objects: new Map(), latency };
  return {
    session,
    types: BENCH_TYPES,
    consistency: { visibleWithinMs: 0, requestAgeMaxMs: 0, pollMs: 1_000 },
    deadlines: { callMs: 8_000, conditionMs: 600_000 },
    budgets,
  };
}
