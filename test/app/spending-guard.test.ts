import { expect, test } from 'vitest';
import { SpendingGuard } from '#app/spending-guard.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HOUR_MS = 3_600_000;

test('ends a trial while there is still money for its deletion', async () => {
  const clock = new VirtualClock();
  const guard = new SpendingGuard(clock, { budgetUsd: 1, hourlyUsd: 1 });
  await clock.advance(0.79 * HOUR_MS);
  expect(guard.signal.aborted).toBe(false);
  expect(guard.spentUsd).toBeCloseTo(0.79);
  await clock.advance(0.02 * HOUR_MS);
  expect(guard.signal.aborted).toBe(true);
});

test('ends what is cheap after two hours as well', async () => {
  const clock = new VirtualClock();
  const guard = new SpendingGuard(clock, { budgetUsd: 100, hourlyUsd: 0.5 });
  await clock.advance(1.9 * HOUR_MS);
  expect(guard.signal.aborted).toBe(false);
  await clock.advance(0.2 * HOUR_MS);
  expect(guard.signal.aborted).toBe(true);
});

test('lets nobody wait for a trial that has ended', async () => {
  const clock = new VirtualClock();
  const guard = new SpendingGuard(clock, { budgetUsd: 1, hourlyUsd: 1 });
  guard.end();
  await clock.advance(3 * HOUR_MS);
  expect(guard.signal.aborted).toBe(false);
});

test('begins nothing that an hour of is too dear', () => {
  const begin = () => new SpendingGuard(new VirtualClock(), { budgetUsd: 1, hourlyUsd: 1.01 });
  expect(begin).toThrow(expect.objectContaining({ code: 'acceptance.over-budget' }));
});
