import { expect, test } from 'vitest';
import { decodePlan, encodePlan, type PlanSeal } from '#engine/plan-file.ts';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const NOTHING_TO_SEAL: PlanSeal = { close: (value) => value, open: (value) => value };

const wanted = (label: string) =>
  blueprint((builder) => {
    builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label });
  });

test('a saved plan does exactly what it says, also in another process', async () => {
  const stand = new Stand();
  const text = encodePlan(await stand.plan(wanted('first')), NOTHING_TO_SEAL);
  expect(await stand.carryOut(decodePlan(text, NOTHING_TO_SEAL))).toMatchObject({ ok: true, done: 1 });
  expect(stand.living('toy.network')).toMatchObject([{ values: { label: 'first' } }]);
});

test('a plan is refused once the state has moved on, and nothing is sent', async () => {
  const stand = new Stand();
  await stand.apply(wanted('first'));
  const stale = await stand.plan(wanted('second'));
  await stand.apply(wanted('third'));
  const before = stand.living('toy.network');
  await expect(stand.carryOut(stale)).rejects.toMatchObject({ code: 'plan.stale' });
  expect(stand.living('toy.network')).toEqual(before);
});

test('a plan stays good when others only looked at the state meanwhile', async () => {
  const stand = new Stand();
  const plan = await stand.plan(wanted('first'));
  await stand.plan(wanted('second'));
  expect(await stand.carryOut(plan)).toMatchObject({ ok: true });
});
