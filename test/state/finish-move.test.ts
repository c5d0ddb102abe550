import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { parseHead } from '#state/head.ts';
import { NO_MIGRATIONS } from '#state/format.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { HEAD_KEY, JOURNAL_PREFIX } from '#state/object-keys.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { StateStore } from '#state/state-store.ts';
import { WrappingKey } from '#state/wrapping-key.ts';
import { Secret } from '#std/secret.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Bench, created, numbersIn, TEST_LINEAGE } from './support/bench.ts';
import { type Fate, faultyStore } from './support/faulty-store.ts';
import { wrapStore } from './support/wrapped-store.ts';

vi.setConfig({ testTimeout: 60_000 });

class Killed extends Error {}

/** A desk and a bucket, each with a key of its own, and runs that carry a state from one to the other. */
class Removal {
  readonly bench: Bench;
  readonly random: SeededRandom;
  readonly places: readonly [Place, Place];
  /** What was ever seen of the two heads after a write: how many of them may act. */
  readonly acting = new Set<number>();

  constructor(seed = 1) {
    this.bench = new Bench({ seed });
    this.random = new SeededRandom(seed);
    this.places = [this.#place('desk', 1), this.#place('bucket', 2)];
  }

  /** The two stores as one process reaches them. */
  reach(around: (objects: ObjectStore) => ObjectStore = (objects) => objects): readonly [StateStore, StateStore] {
    const overrides = { holder: this.bench.holder(), liveness: { isCertainlyDead: async () => true } };
    const open = ({ objects, seal }: Place): StateStore =>
      this.bench.process({ ...overrides, objects: around(this.#watched(objects)), seal, lineage: TEST_LINEAGE });
    const [desk, bucket] = this.places;
    return [open(desk), open(bucket)];
  }

  async begin(...numbers: readonly number[]): Promise<void> {
    await using lease = await this.reach()[0].acquire();
    for (const n of numbers) await lease.append(...created(n, { password: new Secret(`secret ${n}`) }));
  }

  /** How many of both heads let a run act. */
  countActing(): number {
    const heads = this.places.map(({ objects }) => objects.objects.readRegister(HEAD_KEY));
    return heads.filter((head) => head !== undefined && parseHead(head, NO_MIGRATIONS).document.departure === undefined)
      .length;
  }

  #place(title: string, byte: number): Place {
    const bytes = new Uint8Array(32).fill(byte);
    return { objects: new MemoryStore(), seal: new WrappingKey({ bytes, origin: title, random: this.random }) };
  }

  #watched(objects: ObjectStore): ObjectStore {
    return wrapStore(objects, async (_operation, act) => {
      const answer = await act();
      this.acting.add(this.countActing());
      return answer;
    });
  }
}

interface Place {
  readonly objects: MemoryStore;
  readonly seal: WrappingKey;
}

const BUCKET = { to: 's3://bucket/state', place: 'bucket' };

/** What a run does that finds the state at the first place, or on its way, and wants it at the second. */
async function carryOver([from, to]: readonly [StateStore, StateStore], number: number): Promise<void> {
  if ((await from.standing()).is === 'here') {
    const lease = await from.acquire({ wait: true });
    await lease.depart(BUCKET);
  }
  await from.finishMove(to);
  await using lease = await to.acquire({ wait: true, existing: true });
  await lease.append(...created(number));
}

test('a state that has moved goes on where it is, with its journal, its snapshot and its secrets', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1, 2));
  await removal.bench.run(carryOver([desk, bucket], 3));
  const state = await removal.bench.run(bucket.read());
  expect(numbersIn(state)).toEqual([1, 2, 3]);
  expect([...(state?.records.values() ?? [])][0]?.inputs).toEqual({ password: new Secret('secret 1') });
  expect(await removal.bench.run(desk.standing())).toEqual({ is: 'departed', ...BUCKET, arrived: true });
});

test('whoever comes to the old place is told where the state went, and changes nothing', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  await removal.bench.run(carryOver([desk, bucket], 2));
  const before = removal.places[0].objects.objects.clone();
  for (const attempt of [() => desk.acquire(), () => desk.steal(), () => desk.read()]) {
    const { detail } = await removal.bench.problemOf(attempt(), 'state.moved');
    expect(detail).toBe('What was in memory is in s3://bucket/state now.');
  }
  expect(removal.places[0].objects.objects.keys).toEqual(before.keys);
});

test('a state that is on its way can be read where it was, and changed nowhere', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  const lease = await removal.bench.run(desk.acquire());
  await removal.bench.run(lease.depart(BUCKET));
  expect(numbersIn(await removal.bench.run(desk.read()))).toEqual([1]);
  await removal.bench.problemOf(desk.acquire(), 'state.moving');
  await removal.bench.problemOf(bucket.acquire({ existing: true }), 'state.absent');
  await removal.bench.problemOf(lease.append(...created(2)), 'state.lease-expired');
});

test('the key of the old place opens nothing at the new one', async () => {
  const removal = new Removal();
  await removal.bench.run(removal.begin(1));
  await removal.bench.run(carryOver(removal.reach(), 2));
  const [desk, bucket] = removal.places;
  const mixed = removal.bench.process({ objects: bucket.objects, seal: desk.seal });
  expect(await removal.bench.problemOf(mixed.read())).toMatchObject({ code: 'state.seal-broken' });
});

test('the demand moves with the state', async () => {
  const removal = new Removal();
  const demandAt = ({ objects }: Place) =>
    new DemandRegister({ objects, clock: removal.bench.clock, random: removal.random });
  await removal.bench.run(removal.begin(1));
  await removal.bench.run(demandAt(removal.places[0]).reconcileFile('worker', 5));
  await removal.bench.run(carryOver(removal.reach(), 2));
  expect((await removal.bench.run(demandAt(removal.places[1]).read())).pools['worker']?.desired).toBe(5);
});

test('a state comes back the same way, as often as it likes', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  await removal.bench.run(carryOver([desk, bucket], 2));
  await removal.bench.run(carryOver([bucket, desk], 3));
  await removal.bench.run(carryOver([desk, bucket], 4));
  expect(numbersIn(await removal.bench.run(bucket.read()))).toEqual([1, 2, 3, 4]);
  expect(removal.acting).toEqual(new Set([0, 1]));
});

test('who carries it slowly does not take back what was changed since where it has arrived', async () => {
  const removal = new Removal();
  const { bench, random } = removal;
  const [{ objects: old }, { objects: fresh }] = removal.places;
  const demandAt = (objects: ObjectStore) => new DemandRegister({ objects, clock: bench.clock, random });
  const [desk, bucket] = removal.reach();
  await bench.run(removal.begin(1));
  await bench.run(demandAt(old).reconcileFile('worker', 5));
  await bench.run(desk.acquire().then((lease) => lease.depart(BUCKET)));
  let isOvertaken = false;
  const overtaken = removal.reach((objects) =>
    wrapStore(objects, async ({ name }, act) => {
      const answer = await act();
      if (name !== 'listObjects' || isOvertaken) return answer;
      isOvertaken = true;
      await desk.finishMove(bucket);
      await demandAt(fresh).reconcileFile('worker', 9);
      return answer;
    }),
  );
  await bench.run(overtaken[0].finishMove(overtaken[1]));
  expect(isOvertaken).toBe(true);
  expect((await bench.run(demandAt(fresh).read())).pools['worker']?.desired).toBe(9);
});

test('a journal that does not arrive whole and unaltered is no state', async () => {
  const removal = new Removal();
  const { bench } = removal;
  const [desk, bucket] = removal.reach();
  await bench.run(removal.begin(1, 2));
  await bench.run(desk.acquire().then((lease) => lease.depart(BUCKET)));
  const [{ objects: old }, { objects: fresh }] = removal.places;
  const [first = ''] = old.objects.listObjects(JOURNAL_PREFIX);
  const body = old.objects.readObject(first) ?? '';

  old.objects.removeObject(first);
  const [incomplete] = removal.reach((objects) => stillListing(objects, first));
  await bench.problemOf(incomplete.finishMove(bucket), 'state.corrupt');

  old.objects.createObject(first, body);
  fresh.objects.createObject(first, 'another one');
  await bench.problemOf(desk.finishMove(bucket), 'state.corrupt');
  expect(fresh.objects.readRegister(HEAD_KEY)).toBeUndefined();
  expect(await bench.run(desk.standing())).toMatchObject({ is: 'departed', arrived: false });
});

/** A store whose listing goes on naming what is not there any more. */
function stillListing(objects: ObjectStore, key: string): ObjectStore {
  const listObjects: ObjectStore['listObjects'] = async (...asked) => [...(await objects.listObjects(...asked)), key];
  return { ...wrapStore(objects, (_operation, act) => act()), listObjects };
}

test('a state of another cluster in its way stops it, and neither is touched', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  const { objects, seal } = removal.places[1];
  const stranger = removal.bench.process({ objects, seal });
  await removal.bench.run(stranger.acquire().then((lease) => lease[Symbol.asyncDispose]()));
  await removal.bench.problemOf(carryOver([desk, bucket], 2), 'state.lineage-differs');
  expect(await removal.bench.run(stranger.standing())).toEqual({ is: 'here' });
});

test('a copy that somebody laid there by hand, and that has not moved as often, is overtaken', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  const [{ objects: original }, { objects: copy }] = removal.places;
  for (const key of original.objects.listObjects('')) {
    const register = original.objects.readRegister(key)?.body;
    if (register !== undefined) copy.objects.swapRegister(key, register, undefined);
    else copy.objects.createObject(key, original.objects.readObject(key) ?? '');
  }
  await removal.bench.run(carryOver([desk, bucket], 2));
  expect(numbersIn(await removal.bench.run(bucket.read()))).toEqual([1, 2]);
});

test('a copy at hand becomes the one that counts when the place it moved to is lost', async () => {
  const removal = new Removal();
  const [desk, bucket] = removal.reach();
  await removal.bench.run(removal.begin(1));
  await removal.bench.run(carryOver([desk, bucket], 2));
  const lease = await removal.bench.run(desk.promote());
  expect(numbersIn(lease.snapshot)).toEqual([1]);
  const head = removal.places[0].objects.objects.readRegister(HEAD_KEY);
  expect(JSON.parse(head?.body ?? '')).toMatchObject({ moves: 2 });
});

/** One whole move with the process killed at its operation number `cut`; whether it was executed is the second question. */
async function cutAt(cut: number, isExecuted: boolean): Promise<{ readonly removal: Removal; readonly cut: boolean }> {
  const removal = new Removal(cut + 1);
  await removal.bench.run(removal.begin(1, 2));
  let operations = 0;
  const mortal = (objects: ObjectStore): ObjectStore =>
    wrapStore(objects, async (_operation, act) => {
      operations += 1;
      if (operations < cut) return act();
      if (operations === cut && isExecuted) await act();
      throw new Killed();
    });
  const died = await removal.bench.run(carryOver(removal.reach(mortal), 3)).then(
    () => false,
    () => true,
  );
  return { removal, cut: died };
}

test.each([true, false])(
  'killed at any operation (executed: %s), the next run finishes the move',
  async (isExecuted) => {
    let cuts = 0;
    for (let cut = 1; ; cut += 1) {
      const { removal, cut: died } = await cutAt(cut, isExecuted);
      const [desk, bucket] = removal.reach();
      await removal.bench.run(carryOver([desk, bucket], 4));
      const numbers = numbersIn(await removal.bench.run(bucket.read()));
      expect(numbers.filter((n) => n !== 3)).toEqual([1, 2, 4]);
      expect(removal.countActing()).toBe(1);
      expect(Math.max(...removal.acting)).toBe(1);
      expect(await removal.bench.run(desk.standing())).toMatchObject({ arrived: true });
      if (!died) break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(20);
  },
);

const FATES: readonly Fate[] = ['lost-reply', 'own-412', 'lost', 'late', 'conflict', 'unavailable'];

const weather = fc.record({
  seed: fc.integer(),
  movers: fc.integer({ min: 1, max: 3 }),
  trips: fc.integer({ min: 1, max: 3 }),
  faultRate: fc.constantFrom(0, 0.1, 0.3),
});

test('whatever the weather and however many carry it, one place acts and no entry is lost', async () => {
  await fc.assert(
    fc.asyncProperty(weather, async ({ seed, movers, trips, faultRate }) => {
      const removal = new Removal(seed);
      const { bench, random } = removal;
      await bench.run(removal.begin(1));
      const kept = [1];
      const late: (() => Promise<void>)[] = [];
      const rough = (objects: ObjectStore): ObjectStore => {
        const faulty = faultyStore(objects, () => (random.chance(faultRate) ? random.pick(FATES) : 'fine'));
        late.push(() => faulty.deliverLate());
        return wrapStore(faulty, async (_operation, act) => {
          await bench.clock.sleep(random.between(0, 300));
          if (random.chance(0.1)) await faulty.deliverLate();
          return act();
        });
      };
      for (let trip = 0; trip < trips; trip += 1) {
        const carry = async (mover: number): Promise<void> => {
          const number = 100 * (trip + 1) + mover;
          const stores = removal.reach(rough);
          try {
            await carryOver(trip % 2 === 0 ? stores : [stores[1], stores[0]], number);
            kept.push(number);
          } catch (error) {
            if (!isProblem(error) || error.code === 'internal' || error.code === 'state.corrupt') throw error;
          }
        };
        await bench.run(Promise.all(Array.from({ length: movers }, (_, mover) => carry(mover))));
        const calm = removal.reach();
        await bench.run(carryOver(trip % 2 === 0 ? calm : [calm[1], calm[0]], trip + 2));
        kept.push(trip + 2);
        for (const deliver of late) await bench.run(deliver());
      }
      const acting = removal.reach()[trips % 2];
      expect(removal.countActing()).toBe(1);
      expect(Math.max(...removal.acting)).toBe(1);
      expect(numbersIn(await bench.run(acting?.read() ?? Promise.resolve(undefined)))).toEqual(
        expect.arrayContaining(kept),
      );
      const [deskJournal = [], bucketJournal = []] = removal.places.map(({ objects }) =>
        objects.objects.listObjects(JOURNAL_PREFIX),
      );
      const [shorter, longer] = [deskJournal, bucketJournal].toSorted((left, right) => left.length - right.length);
      expect(longer?.slice(0, shorter?.length)).toEqual(shorter);
    }),
    { numRuns: 200 },
  );
});

test('what a probe that was cut off has left behind neither moves along nor stands in the way', async () => {
  const removal = new Removal();
  await removal.bench.run(removal.begin(1));
  const [desk, bucket] = removal.places;
  await desk.objects.swapRegister('probe/left-register.json', 'left', undefined);
  await removal.bench.run(carryOver(removal.reach(), 2));
  expect(await bucket.objects.listObjects('probe/')).toEqual([]);
});
