import type { Budget } from '#engine/budget.ts';
import type { Consistency, Provider } from '#engine/runtime.ts';
import { PUBLISHED_BUDGETS } from './budgets.ts';

/** How far AWS may be behind, and how long it may take. */
const CONSISTENCY: Consistency = { visibleWithinMs: 60_000, requestAgeMaxMs: 30_000, pollMs: 1_000 };
const CALL_MS = 8_000;
const CONDITION_MS = 600_000;

export type Manners = Pick<Provider, 'consistency' | 'deadlines' | 'budgets'>;

/**
 * What is awaited, and how often one may ask, when the account's time runs `speed` times as fast as the clock. An answer
 * may take as long as ever: it comes through a real wire or from a busy process.
 */
export function mannersAt(speed: number): Manners {
  const { visibleWithinMs, requestAgeMaxMs, pollMs } = CONSISTENCY;
  return {
    consistency: {
      visibleWithinMs: visibleWithinMs / speed,
      requestAgeMaxMs: requestAgeMaxMs / speed,
      pollMs: pollMs / speed,
    },
    deadlines: { callMs: CALL_MS, conditionMs: CONDITION_MS / speed },
    budgets: Object.fromEntries(
      Object.entries(PUBLISHED_BUDGETS).map(([name, { capacity, refillPerSecond }]): [string, Budget] => [
        name,
        { capacity, refillPerSecond: refillPerSecond * speed },
      ]),
    ),
  };
}
