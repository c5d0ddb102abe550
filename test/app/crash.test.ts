import { beforeAll, describe, expect, test, vi } from 'vitest';
import { clusterFile, Desk, FOREVER, TARGET } from './support/desk.ts';
import { Mortals } from './support/mortal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How far a run comes before it dies: densely around the foundation and the moves of the state. */
const UPWARD = [0.02, 0.1, 0.15, 0.2, 0.25, 0.3, 0.6, 0.98];
const DOWNWARD = [0.02, 0.4, 0.7, 0.75, 0.8, 0.85, 0.9, 0.98];

describe('killed on its way up', () => {
  const mortals = new Mortals();
  const whole = mortals.begin();
  let total = 0;
  beforeAll(async () => {
    await using desk = await Desk.alone();
    await desk.create(clusterFile(), desk.app(whole.world));
    ({ total } = (await desk.app().status(TARGET, FOREVER)).resources);
  });

  test.each(UPWARD)('after %d of it, the cluster stands after the next create, once', async (share) => {
    await using desk = await Desk.alone();
    const victim = mortals.begin(Math.ceil(whole.made() * share));
    await Promise.race([victim.died, desk.create(clusterFile(), desk.app(victim.world))]);
    const survivor = desk.app(mortals.begin().world);
    expect(await desk.create(clusterFile(), survivor)).toMatchObject({ ok: true, failed: [] });
    expect(await survivor.plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
    expect((await survivor.status(TARGET, FOREVER)).resources).toMatchObject({ total, ready: total });
  });
});

describe('killed on its way down', () => {
  const mortals = new Mortals();
  const whole = mortals.begin();
  beforeAll(async () => {
    await using desk = await Desk.alone();
    await desk.create();
    await desk.delete(desk.app(whole.world));
  });

  test.each(DOWNWARD)('after %d of it, the cluster is gone after the next delete', async (share) => {
    await using desk = await Desk.alone();
    await desk.create();
    const victim = mortals.begin(Math.ceil(whole.made() * share));
    await Promise.race([victim.died, desk.delete(desk.app(victim.world))]);
    const survivor = desk.app(mortals.begin().world);
    expect(await desk.delete(survivor)).toMatchObject({ ok: true, failed: [] });
    expect(await survivor.list()).toMatchObject([{ isDeleted: true }]);
  });
});
