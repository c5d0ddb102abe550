import { expect, test } from 'vitest';
import { PUBLISHED_BUDGETS } from '#providers/aws/budgets.ts';
import { mannersAt } from '#providers/aws/tempo.ts';

test('at the pace of the clock the manners are those that AWS publishes', () => {
  expect(mannersAt(1)).toEqual({
    consistency: { visibleWithinMs: 60_000, requestAgeMaxMs: 30_000, pollMs: 1_000 },
    deadlines: { callMs: 8_000, conditionMs: 600_000 },
    budgets: PUBLISHED_BUDGETS,
  });
});

test('in an account that runs faster, waits are shorter and buckets refill faster, but an answer may take as long', () => {
  const { consistency, deadlines, budgets } = mannersAt(10);
  expect(consistency).toEqual({ visibleWithinMs: 6_000, requestAgeMaxMs: 3_000, pollMs: 100 });
  expect(deadlines).toEqual({ callMs: 8_000, conditionMs: 60_000 });
  expect(budgets['ec2.RunInstances']).toEqual({ capacity: 5, refillPerSecond: 20 });
});
