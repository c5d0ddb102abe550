import { beforeAll, expect, test, vi } from 'vitest';
import { clusterFile, Desk, FOREVER, TARGET, UNINTERRUPTED } from './support/desk.ts';
import { Mortals } from './support/mortal.ts';
import { authoritiesOf, firstHeld, heldSince, strangersAmong } from './support/trust-record.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How far a rotation comes before it dies. */
const SHARES = [0.02, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.98];
const QUORUM = clusterFile({ controlPlanes: 3 });
const ALL = { authorities: [], wait: false };

const mortals = new Mortals();
const whole = mortals.begin();

beforeAll(async () => {
  await using desk = await Desk.alone();
  await desk.create(QUORUM);
  await desk.app(whole.world).rotate(TARGET, ALL, UNINTERRUPTED);
});

test.each(SHARES)(
  'killed after %d of a rotation, whoever rotates next ends it, and nobody was ever a stranger',
  async (share) => {
    await using desk = await Desk.alone();
    await desk.create(QUORUM);
    const first = await firstHeld(desk);
    const victim = mortals.begin(Math.ceil(whole.made() * share));
    await Promise.race([victim.died, desk.app(victim.world).rotate(TARGET, ALL, UNINTERRUPTED)]);
    const survivor = desk.app(mortals.begin().world);
    expect(await survivor.rotate(TARGET, ALL, UNINTERRUPTED)).toMatchObject({ ok: true, failed: [] });
    const authorities = (await authoritiesOf(desk)).map((address) => address.replace(/\.[23]$/, ' anew'));
    expect(authorities).toEqual([
      'authority.cluster anew',
      'authority.etcd anew',
      'authority.front-proxy anew',
      'authority.service-account',
    ]);
    expect(await survivor.status(TARGET, FOREVER)).toMatchObject({ rotations: [], resources: { unfinished: [] } });
    expect(await survivor.plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
    const held = await heldSince(desk, first);
    expect(strangersAmong(held)).toEqual([]);
    const last = held.filter(({ untilMs }) => untilMs === Infinity);
    expect(last).toHaveLength([...first.values()].flat().length);
    expect(last.filter(({ believed }) => believed.length !== 1)).toEqual([]);
  },
);
