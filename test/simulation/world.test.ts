import { expect, test } from 'vitest';
import { FaultLottery } from './faults.ts';
import { type Blow, type Service, SimulatedProcess } from './process.ts';
import { World } from './world.ts';

const LIMITS = { eventsMax: 1_000, untilMs: 1_000_000 };
const SERVICE: Service = {
  timeoutMs: 1_000,
  unanswered: (why) => new Error(`unanswered: ${why}`),
  notSent: (why) => new Error(`not sent: ${why}`),
};

function makeWorld(seed: number, blowAt?: { readonly halfStep: number; readonly blow: Blow }) {
  const world = new World({ seed, startMs: 0 });
  const faults = new FaultLottery(world.random, {});
  let halfSteps = 0;
  const blows: Blow[] = [];
  const halfStep = (): Blow | undefined => {
    halfSteps += 1;
    return blowAt?.halfStep === halfSteps - 1 ? blowAt.blow : undefined;
  };
  const plan = { halfStep, onBlow: (_process: SimulatedProcess, blow: Blow) => blows.push(blow) };
  const process = new SimulatedProcess(1, seed, { world, faults, blows: plan, requestAgeMaxMs: 15_000 });
  return { world, process, blows };
}

function request(process: SimulatedProcess, effect: () => string): Promise<string> {
  return process.exchange({ label: 'request', mutates: true, service: SERVICE, effect });
}

test('events run in the order of their virtual time, each with all that follows from it', async () => {
  const { world, process } = makeWorld(1);
  const order: string[] = [];
  const waits = [300, 100, 200].map(async (ms) => {
    await process.clock.sleep(ms);
    await Promise.resolve();
    order.push(`${ms} at ${world.nowMs}`);
  });
  expect(await world.run(() => false, LIMITS)).toBe('idle');
  await Promise.all(waits);
  expect(order).toEqual(['100 at 100', '200 at 200', '300 at 300']);
});

test('a sleep that is called off leaves no event behind', async () => {
  const { world, process } = makeWorld(1);
  const controller = new AbortController();
  const slept = process.clock.sleep(5_000, controller.signal).catch((error: unknown) => String(error));
  controller.abort(new Error('enough'));
  expect(await world.run(() => false, LIMITS)).toBe('idle');
  expect([await slept, world.nowMs, world.events]).toEqual(['Error: enough', 0, 0]);
});

test('a process that is killed before the effect never hears again, though its request may still arrive', async () => {
  const arrivals = await Promise.all(
    Array.from({ length: 40 }, async (_, seed) => {
      const { world, process, blows } = makeWorld(seed, { halfStep: 0, blow: 'crash' });
      let [effects, answers] = [0, 0];
      const count = (): string => String((effects += 1));
      void request(process, count).then(() => (answers += 1));
      await world.run(() => false, LIMITS);
      expect([process.isDead, blows, answers]).toEqual([true, ['crash'], 0]);
      return effects;
    }),
  );
  expect(new Set(arrivals)).toEqual(new Set([0, 1]));
});

test('a process that is killed after the effect leaves the effect and hears nothing', async () => {
  const { world, process } = makeWorld(3, { halfStep: 1, blow: 'crash' });
  const effects: string[] = [];
  void request(process, () => String(effects.push('effect'))).then(() => effects.push('answer'));
  await world.run(() => false, LIMITS);
  expect(effects).toEqual(['effect']);
});

test('a frozen process gets its answers and timers when it wakes up, one to two minutes later', async () => {
  const { world, process } = makeWorld(5, { halfStep: 1, blow: 'freeze' });
  const seen: string[] = [];
  void request(process, () => 'answer').then((answer) => seen.push(answer));
  void process.clock.sleep(10_000).then(() => seen.push('timer'));
  await world.run(() => world.nowMs > 50_000, { ...LIMITS, untilMs: 50_000 });
  expect(seen).toEqual([]);
  await world.run(() => false, LIMITS);
  expect(seen.toSorted()).toEqual(['answer', 'timer']);
  expect(world.nowMs).toBeGreaterThan(60_000);
  expect(world.nowMs).toBeLessThan(120_100);
});

test('the same seed gives the same trace, another seed another one', async () => {
  const traceOf = async (seed: number): Promise<number> => {
    const { world, process } = makeWorld(seed);
    for (let count = 0; count < 5; count += 1) void request(process, () => 'x');
    await world.run(() => false, LIMITS);
    return world.traceHash;
  };
  const [first, again, other] = [await traceOf(7), await traceOf(7), await traceOf(8)];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});
