import { describe, expect, test } from 'vitest';
import {
  type Decision,
  decideDemand,
  type Demand,
  type DemandIntent,
  type DemandPolicy,
  NO_DEMAND,
  reconcileDemand,
} from '#state/demand.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { DEMAND_KEY } from '#state/object-keys.ts';
import { Bench } from './support/bench.ts';
import { faultyStore } from './support/faulty-store.ts';

const HOUR_MS = 3_600_000;
const POLICY: DemandPolicy = { id: 'up', pool: 'worker', min: 2, max: 5, cooldownMs: 60_000, cooldownKey: 'worker' };

const step = (size: number): DemandIntent => ({ kind: 'step', step: size });
const set = (desired: number): DemandIntent => ({ kind: 'set', desired });
const none: DemandIntent = { kind: 'none', reason: 'resolved' };

function wanting(desired: number, rest: Partial<Demand> = {}): Demand {
  return { ...NO_DEMAND, pools: { worker: { desired, fileValue: 3 } }, ...rest };
}

/** What is wanted, what is asked for, what is wanted then, and the answer. */
type Row = readonly [string, Demand, DemandIntent, number, string];

describe('a decision', () => {
  test.each<Row>([
    ['a first step starts from the file', NO_DEMAND, step(1), 4, 'accepted: asked for'],
    ['a step goes on from what is wanted', wanting(4), step(1), 5, 'accepted: asked for'],
    ['a step down', wanting(4), step(-1), 3, 'accepted: asked for'],
    ['a long step is cut at the upper bound', wanting(4), step(7), 5, 'accepted: asked for'],
    ['a long step is cut at the lower bound', wanting(4), step(-7), 2, 'accepted: asked for'],
    ['a step beyond the upper bound', wanting(5), step(1), 5, 'noop: bounds 2–5'],
    ['a step beyond the lower bound', wanting(2), step(-1), 2, 'noop: bounds 2–5'],
    ['a step up never leads down to narrowed bounds', wanting(9), step(1), 9, 'noop: bounds 2–5'],
    ['a step down never leads up to raised bounds', wanting(1), step(-1), 1, 'noop: bounds 2–5'],
    ['a step down comes back into the bounds', wanting(9), step(-1), 5, 'accepted: asked for'],
    ['a step of nothing', wanting(4), step(0), 4, 'noop: bounds 2–5'],
    [
      'a step while the cooldown lasts',
      wanting(4, { cooldowns: { worker: 1_000_500 } }),
      step(1),
      4,
      'noop: cooldown for another 1 s',
    ],
    [
      'a step when the cooldown is over',
      wanting(4, { cooldowns: { worker: 1_000_000 } }),
      step(1),
      5,
      'accepted: asked for',
    ],
    [
      'a step while another key rests',
      wanting(4, { cooldowns: { storage: 1_060_000 } }),
      step(1),
      5,
      'accepted: asked for',
    ],
    [
      'a cooldown by a clock a little ahead',
      wanting(4, { cooldowns: { worker: 1_000_000 + 360_000 } }),
      step(1),
      4,
      'noop: cooldown for another 360 s',
    ],
    [
      'a cooldown by a clock that has since been put right',
      wanting(4, { cooldowns: { worker: 1_000_000 + HOUR_MS } }),
      step(1),
      5,
      'accepted: asked for',
    ],
    [
      'a count while the cooldown lasts',
      wanting(4, { cooldowns: { worker: 1_060_000 } }),
      set(2),
      2,
      'accepted: asked for',
    ],
    ['a count beyond the bounds', wanting(4), set(99), 5, 'accepted: asked for'],
    ['the count that is wanted already', wanting(4), set(4), 4, 'noop: unchanged'],
    ['an alarm that is over', wanting(4), none, 4, 'noop: resolved'],
  ])('on %s', (...[, demand, intent, after, outcome]) => {
    const decided = decideDemand(demand, { eventId: 'e1', policy: POLICY, intent, fileValue: 3 }, 1_000_000);
    expect(decided.decision.after).toBe(after);
    expect(`${decided.decision.result}: ${decided.decision.reason}`).toBe(outcome);
    expect(decided.demand.pools['worker']?.desired ?? 3).toBe(after);
    expect(decided.demand.decisions).toEqual([decided.decision]);
    const rests = decided.decision.result === 'accepted' ? 1_060_000 : demand.cooldowns['worker'];
    expect(decided.demand.cooldowns['worker']).toBe(rests);
  });

  test('on an event that was decided is the original one, whatever has changed since', () => {
    const request = { eventId: 'e1', policy: POLICY, intent: step(1), fileValue: 3 };
    const first = decideDemand(NO_DEMAND, request, 0);
    const second = decideDemand(first.demand, { ...request, eventId: 'e2' }, HOUR_MS);
    const replayed = decideDemand(second.demand, { ...request, intent: step(-1) }, 2 * HOUR_MS);
    expect(replayed.decision).toBe(first.decision);
    expect(replayed.demand).toBe(second.demand);
  });

  test('is remembered for two days', () => {
    const request = { eventId: 'e1', policy: POLICY, intent: step(1), fileValue: 3 };
    const first = decideDemand(NO_DEMAND, request, 0);
    const after47Hours = decideDemand(first.demand, { ...request, eventId: 'e2', intent: none }, 47 * HOUR_MS);
    expect(after47Hours.demand.decisions).toHaveLength(2);
    const after49Hours = decideDemand(after47Hours.demand, { ...request, eventId: 'e3', intent: none }, 49 * HOUR_MS);
    expect(after49Hours.demand.decisions.map(({ eventId }) => eventId)).toEqual(['e2', 'e3']);
  });

  test('makes room by forgetting those without effect first', () => {
    const decision: Decision = {
      eventId: '',
      policy: 'up',
      pool: 'worker',
      before: 3,
      after: 3,
      result: 'noop',
      reason: '',
      atMs: 0,
    };
    const decisions = Array.from({ length: 10_000 }, (_, n): Decision =>
      n < 9 ? { ...decision, eventId: `${n}`, result: 'accepted' } : { ...decision, eventId: `${n}` },
    );
    const request = { eventId: 'new', policy: POLICY, intent: step(1), fileValue: 3 };
    const { demand } = decideDemand(wanting(3, { decisions }), request, 1);
    expect(demand.decisions).toHaveLength(10_000);
    const ids = demand.decisions.map(({ eventId }) => eventId);
    expect(ids.slice(0, 10)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '10']);
    expect(ids.at(-1)).toBe('new');
  });
});

describe('the file', () => {
  test.each<readonly [string, Demand, number, number, string]>([
    ['counts for a pool never heard of', NO_DEMAND, 3, 3, 'noop: first read'],
    ['does not undo a scale', wanting(5), 3, 5, 'nothing to record'],
    ['wins when its own value changes', wanting(5), 4, 4, 'accepted: the file changed from 3'],
    ['that comes to agree with the demand is taken note of', wanting(5), 5, 5, 'noop: the file changed from 3'],
  ])('%s', (...[, demand, fileValue, desired, outcome]) => {
    const reconciled = reconcileDemand(demand, { pool: 'worker', fileValue, eventId: 'f' }, 0);
    expect(reconciled.pools['worker']).toEqual({ desired, fileValue });
    const decision = reconciled.decisions.at(-1);
    expect(decision === undefined ? 'nothing to record' : `${decision.result}: ${decision.reason}`).toBe(outcome);
    expect(reconciled === demand).toBe(decision === undefined);
  });
});

describe('the register', () => {
  const open = (bench: Bench) =>
    new DemandRegister({ objects: bench.objects, clock: bench.clock, random: bench.random });
  const request = (eventId: string) => ({
    eventId,
    policy: { ...POLICY, max: 99, cooldownMs: 0 },
    intent: step(1),
    fileValue: 3,
  });

  test('wants nothing before anything was asked for', async () => {
    const bench = new Bench();
    expect(await bench.run(open(bench).read())).toEqual(NO_DEMAND);
    expect(await bench.objects.readRegister(DEMAND_KEY)).toBeUndefined();
  });

  test('needs no lease, and remembers across processes', async () => {
    const bench = new Bench();
    await bench.run(bench.process().acquire());
    expect(await open(bench).reconcileFile('worker', 3)).toBe(3);
    expect(await open(bench).decide(request('a'))).toMatchObject({ before: 3, after: 4, result: 'accepted' });
    expect(await open(bench).decide(request('a'))).toMatchObject({ before: 3, after: 4, result: 'accepted' });
    expect(await open(bench).reconcileFile('worker', 3)).toBe(4);
    expect(await open(bench).reconcileFile('worker', 2)).toBe(2);
    expect((await open(bench).read()).decisions.map(({ policy, after }) => `${policy} ${after}`)).toEqual([
      'file 3',
      'up 4',
      'file 2',
    ]);
  });

  test('writes once for all that arrives together, and not at all for replays', async () => {
    const bench = new Bench();
    const writes: string[] = [];
    const objects = faultyStore(bench.objects, ({ name }) => {
      if (name === 'swapRegister') writes.push(name);
      return 'fine';
    });
    const register = new DemandRegister({ objects, clock: bench.clock, random: bench.random });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => register.decide(request(`e${n % 25}`))));
    expect(
      answers
        .map(({ after }) => after)
        .toSorted((left, right) => left - right)
        .at(-1),
    ).toBe(28);
    expect(writes).toHaveLength(1);
    await register.decide(request('e3'));
    expect(writes).toHaveLength(1);
  });

  test.each(['lost-reply', 'own-412'] as const)('steps once when its own write met %s', async (fate) => {
    const bench = new Bench();
    const objects = faultyStore(new MemoryStore(), ({ name }) => (name === 'swapRegister' ? fate : 'fine'));
    const register = new DemandRegister({ objects, clock: bench.clock, random: bench.random });
    expect(await bench.run(register.decide(request('a')))).toMatchObject({ after: 4 });
    expect(await bench.run(register.decide(request('b')))).toMatchObject({ after: 5 });
    expect((await bench.run(register.read())).pools['worker']?.desired).toBe(5);
  });

  test('says so when it cannot be reached, and works again afterwards', async () => {
    const bench = new Bench();
    const down = { now: true };
    const objects = faultyStore(new MemoryStore(), () => (down.now ? 'unavailable' : 'fine'));
    const register = new DemandRegister({ objects, clock: bench.clock, random: bench.random });
    await bench.problemOf(register.decide(request('a')), 'state.unavailable');
    down.now = false;
    expect(await bench.run(register.decide(request('a')))).toMatchObject({ after: 4 });
  });

  test('that is no demand any more is named', async () => {
    const bench = new Bench();
    await bench.objects.swapRegister(DEMAND_KEY, '{"format":1,"pools":{}}', undefined);
    const { detail } = await bench.problemOf(open(bench).read(), 'state.corrupt');
    expect(detail).toBe(
      'demand.json: it is not as expected at nonce (invalid_type), decisions (invalid_type), cooldowns (invalid_type).',
    );
  });
});
