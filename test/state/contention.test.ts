import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { swapSettled } from '#state/conditional-write.ts';
import type { DemandRequest } from '#state/demand.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { mixSeeds, SeededRandom } from '../simulation/seeded-random.ts';
import { Disk } from '../support/disk.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type Fate, faultyStore } from './support/faulty-store.ts';
import { wrapStore } from './support/wrapped-store.ts';

vi.setConfig({ testTimeout: 60_000 });

const FATES: readonly Fate[] = ['lost-reply', 'own-412', 'lost', 'late', 'conflict', 'unavailable', 'precondition'];

interface Weather {
  readonly seed: number;
  readonly contenders: number;
  readonly faultRate: number;
  readonly onDisk: boolean;
}

const weather = fc.record<Weather>({
  seed: fc.integer(),
  contenders: fc.integer({ min: 2, max: 16 }),
  faultRate: fc.constantFrom(0, 0.1, 0.3, 0.6),
  onDisk: fc.boolean(),
});

/** Contenders on one store that is slow, forgetful and sometimes late, and the list of what it accepted. */
function arena({ seed, faultRate, onDisk }: Weather) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  const inner = onDisk ? new DirectoryStore({ root: '/state', files: new Disk().mount(), random }) : new MemoryStore();
  const accepted: { readonly body: string; readonly tag: unknown }[] = [];
  const recording = wrapStore(inner, async ({ name, body }, act) => {
    const tag = await act();
    if (name === 'swapRegister' && body !== undefined) accepted.push({ body, tag });
    return tag;
  });
  const faulty = faultyStore(recording, () => (random.chance(faultRate) ? random.pick(FATES) : 'fine'));
  const objects = wrapStore(faulty, async (_operation, act) => {
    await clock.sleep(random.between(0, 30));
    if (random.chance(0.2)) await faulty.deliverLate();
    return act();
  });
  return { clock, random, objects, accepted, faulty, calm: recording };
}

const KEY = 'counter.json';

/** `<value> by <writer>` */
function parseCounter(body = '0 by nobody'): { readonly value: number; readonly writer: string } {
  const [value, writer = ''] = body.split(' by ');
  return { value: Number(value), writer };
}

test('a contended register has one history: every write that was reported won is in it once, each on top of the one before', async () => {
  await fc.assert(
    fc.asyncProperty(weather, async (conditions) => {
      const { clock, random, objects, accepted, faulty } = arena(conditions);
      const won: string[] = [];
      const contend = async (contender: number): Promise<void> => {
        for (let n = 0; n < 4; n += 1) {
          const found = await objects.readRegister(KEY).catch(() => undefined);
          const writer = `${contender}.${n}`;
          const body = `${parseCounter(found?.body).value + 1} by ${writer}`;
          const deadlineMs = clock.monotonicMs() + 2_000;
          const swap = swapSettled(
            { objects, clock, random },
            { key: KEY, body, expected: found?.tag },
            { deadlineMs: () => deadlineMs },
          );
          const result = await swap.catch((error: unknown) => {
            if (!isProblem(error, 'state.unavailable')) throw error;
            return { written: false };
          });
          if (result.written) won.push(writer);
        }
      };
      await clock.run(Promise.all(Array.from({ length: conditions.contenders }, (_, n) => contend(n))));
      await clock.run(faulty.deliverLate());
      const history = accepted.map(({ body }) => parseCounter(body));
      expect(history.map(({ value }) => value)).toEqual(history.map((_, n) => n + 1));
      const writers = history.map(({ writer }) => writer);
      expect(new Set(writers).size).toBe(writers.length);
      expect(new Set(accepted.map(({ tag }) => tag)).size).toBe(accepted.length);
      for (const writer of won) expect(writers).toContain(writer);
    }),
    { numRuns: 120 },
  );
});

test('demand that many servers change at once counts every event once, also one delivered many times', async () => {
  await fc.assert(
    fc.asyncProperty(weather, async (conditions) => {
      const { clock, objects, accepted, faulty, calm } = arena(conditions);
      const servers = Array.from(
        { length: conditions.contenders },
        (_, n) => new DemandRegister({ objects, clock, random: new SeededRandom(mixSeeds(conditions.seed, n)) }),
      );
      const answers = new Map<string, Set<string>>();
      const deliver = async (register: DemandRegister, event: number): Promise<void> => {
        const eventId = `event-${event}`;
        const answer = await register.decide(stepUp(eventId)).catch((error: unknown) => {
          if (!isProblem(error, 'state.unavailable')) throw error;
          return undefined;
        });
        if (answer === undefined) return;
        const known = answers.get(eventId) ?? new Set();
        answers.set(eventId, known.add(JSON.stringify(answer)));
      };
      const events = servers.flatMap((register, n) => [n, n, n + 1].map((event) => deliver(register, event)));
      await clock.run(Promise.all(events));
      await clock.run(faulty.deliverLate());
      const demand = await clock.run(new DemandRegister({ objects: calm, clock, random: new SeededRandom(1) }).read());
      const effective = demand.decisions.filter(({ result }) => result === 'accepted');
      expect(demand.pools['worker']?.desired ?? 3).toBe(3 + effective.length);
      expect(new Set(demand.decisions.map(({ eventId }) => eventId)).size).toBe(demand.decisions.length);
      for (const [eventId, given] of answers) {
        expect(given.size).toBe(1);
        expect(effective.map((decision) => JSON.stringify(decision))).toContain([...given][0]);
        expect(eventId).toMatch(/^event-/);
      }
      expect(new Set(accepted.map(({ body }) => body)).size).toBe(accepted.length);
    }),
    { numRuns: 60 },
  );
});

function stepUp(eventId: string): DemandRequest {
  const policy = { id: 'up', pool: 'worker', min: 0, max: 1_000, cooldownMs: 0, cooldownKey: 'worker' };
  return { eventId, policy, intent: { kind: 'step', step: 1 }, fileValue: 3 };
}
