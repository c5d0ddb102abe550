import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { BlueprintBuilder } from '#engine/blueprint.ts';
import { launchedAsSpot } from '#providers/aws/ec2/spot.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredMachine, declareCluster, ZONES } from '../support/declared-cluster.ts';

const [ZONE = ''] = ZONES;
const TYPES = ['m7i.large', 'm6i.large'];

function spotWorkers(count: number, machine: Partial<DeclaredMachine> = {}): readonly DeclaredMachine[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `worker-${index + 1}`,
    role: 'worker',
    zones: ZONES,
    spot: true,
    ...machine,
  }));
}

function without(...exhausted: readonly string[]): Weather {
  return { ...CALM_WEATHER, exhausted };
}

async function placesOf(stand: CloudStand): Promise<readonly string[]> {
  const all = await stand.machines();
  return all.map(({ Placement, InstanceType, InstanceLifecycle }) =>
    [InstanceLifecycle ?? 'on-demand', Placement?.AvailabilityZone, InstanceType].join(' '),
  );
}

function launches(stand: CloudStand): number {
  return stand.changes.filter((operation) => operation === 'ec2.RunInstances').length;
}

describe('a spot machine', () => {
  test('is asked for as one, together with the others of its lot, and only where that is said', async () => {
    const stand = await CloudStand.open();
    const machines = [...spotWorkers(2), { name: 'control-plane-1', role: 'control-plane', zones: [ZONE] } as const];
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect((await placesOf(stand)).toSorted()).toEqual([
      'on-demand eu-west-3a m7i.large',
      'spot eu-west-3a m7i.large',
      'spot eu-west-3a m7i.large',
    ]);
    expect(launches(stand)).toBe(2);
    expect(await stand.plan({ machines })).toEqual([]);
  });

  test('is refused for whatever has a vote or keeps data', () => {
    const machines = [{ name: 'control-plane-1', role: 'control-plane', zones: [ZONE], spot: true } as const];
    expect(() => declareCluster(new BlueprintBuilder(), { machines })).toThrow(
      'control-plane-1 is a control-plane: only workers may be taken back at any time.',
    );
  });

  test('is another machine than one that stays: either is replaced by the other', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: spotWorkers(1) });
    const staying = { machines: spotWorkers(1, { spot: false }) };
    expect((await stand.plan(staying))[0]).toBe('replace eu-west-3.machine.worker-1: isSpot changed');
    expect(await stand.apply(staying)).toMatchObject({ ok: true });
    expect(await placesOf(stand)).toEqual(['on-demand eu-west-3a m7i.large']);
  });

  test('is tried in every type and zone that is allowed', async () => {
    const stand = await CloudStand.open({ weather: without('spot/m7i.large', `spot/${ZONE}`) });
    expect(await stand.apply({ machines: spotWorkers(2) })).toMatchObject({ ok: true });
    expect(await placesOf(stand)).toEqual(['spot eu-west-3b m6i.large', 'spot eu-west-3b m6i.large']);
  });

  test('is never replaced by one on demand: what was tried is said', async () => {
    const stand = await CloudStand.open({ weather: without('spot') });
    const { failed } = await stand.apply({ machines: spotWorkers(1, { zones: [ZONE], types: TYPES }) });
    expect(failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      'call.capacity: As a spot machine it was asked for as eu-west-3a/m7i.large, eu-west-3a/m6i.large, and last refused with InsufficientInstanceCapacity: We currently do not have sufficient m6i.large capacity in the Availability Zone you requested (eu-west-3a). Nothing was launched on demand in its place: allow more types, or take spot out of the file.',
    ]);
    expect(await stand.machines()).toEqual([]);
  });

  test('of a smaller type is tried when the quota is too small, which is said when none fits', async () => {
    const weather = { ...CALM_WEATHER, quotas: { ...CALM_WEATHER.quotas, spotVcpus: 2 } };
    const stand = await CloudStand.open({ weather });
    const machines = spotWorkers(1, { zones: [ZONE], types: ['m7i.xlarge', 'm7i.large'] });
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect(await placesOf(stand)).toEqual(['spot eu-west-3a m7i.large']);
    const more = spotWorkers(2, { zones: [ZONE], types: ['m7i.xlarge', 'm7i.large'] });
    const { failed } = await stand.apply({ machines: more });
    expect(failed.map(({ code }) => code)).toEqual(['call.quota']);
  });
});

describe('a spot machine that AWS takes back', () => {
  const weather = { ...CALM_WEATHER, machines: { ...CALM_WEATHER.machines, vanishes: 1 } };

  test('is seen as gone for that reason, and replaced by the next run alone', async () => {
    let told = 0;
    for (const seed of [1, 2, 3]) {
      const stand = await CloudStand.open({ seed, weather });
      const machines = spotWorkers(1);
      const { ok } = await stand.apply({ machines });
      if (!ok) continue;
      await stand.clock.advance(120_000);
      const [first] = await stand.plan({ machines });
      expect(first).toBe('replace eu-west-3.machine.worker-1: It was a spot machine, and AWS has taken it back.');
      const before = launches(stand);
      await stand.apply({ machines });
      expect(launches(stand)).toBeGreaterThan(before);
      expect((await stand.machines()).length).toBeLessThanOrEqual(1);
      told += 1;
    }
    expect(told).toBeGreaterThan(0);
  }, 30_000);

  test('is told from one that somebody has ended', async () => {
    const stand = await CloudStand.open();
    const machines = spotWorkers(1);
    await stand.apply({ machines });
    const InstanceIds = (await stand.machines()).map(({ InstanceId = '' }) => InstanceId);
    await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds })));
    await stand.clock.advance(60_000);
    expect((await stand.plan({ machines }))[0]).toBe('create eu-west-3.machine.worker-1: it was there and is gone');
  });
});

describe('the refusal of a spot machine', () => {
  const variants = ['a/small', 'b/small'];
  const refusal = (reason: 'capacity' | 'quota' | 'invalid') =>
    Promise.reject(new CallError({ outcome: 'rejected', reason, message: 'no' }));

  test.each([
    ['capacity', 'a/small', 'capacity'],
    ['capacity', 'b/small', 'capacity'],
    ['quota', 'a/small', 'capacity'],
    ['quota', 'b/small', 'quota'],
    ['invalid', 'a/small', 'invalid'],
    ['invalid', 'b/small', 'invalid'],
  ] as const)('for %s at %s is one for %s', async (reason, variant, judged) => {
    await expect(launchedAsSpot(refusal(reason), { variant, variants })).rejects.toMatchObject({
      outcome: 'rejected',
      reason: judged,
    });
  });

  test('is no refusal when nobody knows what was done', async () => {
    const doubt = new CallError({ outcome: 'ambiguous', message: 'no answer' });
    await expect(launchedAsSpot(Promise.reject(doubt), { variant: 'b/small', variants })).rejects.toBe(doubt);
  });
});

test.each<[string, Weather, number]>([
  ['mild', MILD_WEATHER, 1],
  ['mean', MEAN_WEATHER, 1],
  ['mean', MEAN_WEATHER, 2],
  ['mean', MEAN_WEATHER, 3],
])('in %s weather there is one machine for each, and none in the end (%#)', async (_name, weather, seed) => {
  const stand = await CloudStand.open({ seed, weather: { ...weather, machines: MILD_WEATHER.machines } });
  const machines = spotWorkers(3);
  expect(await stand.apply({ machines })).toMatchObject({ failed: [] });
  const kinds = await stand.walk();
  expect(kinds.filter((kind) => kind === 'instance')).toHaveLength(3);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});
