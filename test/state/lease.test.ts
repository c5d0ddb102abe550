import { describe, expect, test } from 'vitest';
import { HEAD_KEY, journalKey, LEASE_KEY } from '#state/object-keys.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { Bench, created, numbersIn } from './support/bench.ts';
import { type Fate, faultyStore } from './support/faulty-store.ts';
import { type Operation, wrapStore } from './support/wrapped-store.ts';

const TTL_MS = 20_000;
const TAKEOVER_MS = 30_000;

describe('a lease that is held', () => {
  test('is refused with the name of its holder, its age and what to do', async () => {
    const bench = new Bench();
    await bench.run(bench.process().acquire());
    await bench.clock.advance(12_000);
    const refusal = await bench.problemOf(bench.process().acquire(), 'state.lease-held');
    expect(refusal.message).toBe(
      'Another run holds the lease on this cluster: ada on desk (process 101) has held it for 12 s.',
    );
    expect(refusal.remedy.split('\n').at(-1)).toBe('  bootstrap state unlock NAME');
  });

  test('is kept by its heartbeat for as long as its holder lives', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const waiting = bench.process().acquire({ wait: true });
    await bench.clock.advance(600_000);
    await lease.guard(8_000);
    expect(bench.events.filter(({ type }) => type === 'lease-acquired')).toHaveLength(1);
    await bench.run(lease[Symbol.asyncDispose]());
    const next = await bench.run(waiting);
    expect(next.generation).toBe(2);
    expect(bench.events.findLast(({ type }) => type === 'lease-waiting')).toMatchObject({
      holder: 'ada on desk (process 101)',
    });
  });

  test('goes to a waiter as soon as it is released, and its release is no deletion', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const waiting = bench.process().acquire({ wait: true });
    await bench.clock.advance(5_000);
    await bench.run(lease[Symbol.asyncDispose]());
    expect(await leaseIn(bench.objects)).toMatchObject({ generation: 1, released: true });
    const releasedMs = bench.clock.monotonicMs();
    expect((await bench.run(waiting)).generation).toBe(2);
    expect(bench.clock.monotonicMs() - releasedMs).toBeLessThanOrEqual(2_000);
  });

  test('is no longer waited for when the waiter is told to stop', async () => {
    const bench = new Bench();
    await bench.run(bench.process().acquire());
    const stop = new AbortController();
    const waiting = bench.process().acquire({ wait: true, signal: stop.signal });
    waiting.catch(() => undefined);
    await bench.clock.advance(5_000);
    stop.abort(new DOMException('The user pressed Ctrl-C', 'AbortError'));
    await expect(bench.run(waiting)).rejects.toThrow('Ctrl-C');
  });
});

describe('a lease whose holder died', () => {
  test('is taken over 30 s after its last sign of life, not before', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects);
    await bench.run(bench.process({ objects: store }).acquire());
    await bench.clock.advance(7_000);
    const lastBeatMs = 5_000;
    dead.now = true;
    const waiting = bench.process().acquire({ wait: true });
    const begunMs = bench.clock.monotonicMs();
    const lease = await bench.run(waiting);
    expect(lease.generation).toBe(2);
    expect(bench.clock.monotonicMs() - begunMs).toBeGreaterThanOrEqual(TAKEOVER_MS);
    expect(bench.clock.monotonicMs() - begunMs).toBeLessThan(TAKEOVER_MS + 100);
    expect(bench.clock.monotonicMs() - lastBeatMs).toBeGreaterThan(TTL_MS);
  });

  test('is taken at once when its process is certainly dead', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects);
    await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    const liveness = { isCertainlyDead: async ({ pid }: { pid: number }) => pid === 101 };
    const begunMs = bench.clock.monotonicMs();
    const lease = await bench.run(bench.process({ liveness }).acquire());
    expect(lease.generation).toBe(2);
    expect(bench.clock.monotonicMs()).toBe(begunMs);
    expect(JSON.parse((await bench.objects.readObject(journalKey(2))) ?? '')).toMatchObject({
      generation: 2,
      opens: { by: 'takeover', holder: { pid: 102 } },
    });
  });

  test('is taken over whatever the clocks on the walls say', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects);
    await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    bench.clock.wallOffsetMs += 365 * 24 * 3_600_000;
    await bench.problemOf(bench.process().acquire(), 'state.lease-held');
    const waiting = bench.process().acquire({ wait: true });
    await bench.clock.advance(15_000);
    bench.clock.wallOffsetMs -= 10 * 365 * 24 * 3_600_000;
    const begunMs = bench.clock.monotonicMs() - 15_000;
    await bench.run(waiting);
    expect(bench.clock.monotonicMs() - begunMs).toBeGreaterThanOrEqual(TAKEOVER_MS);
  });

  test('goes to exactly one of many waiters, again and again', async () => {
    const bench = new Bench();
    const holders: string[] = [];
    const runs = Array.from({ length: 12 }, async (_, n) => {
      const { dead, store } = mortal(bench.objects);
      const lease = await bench.process({ objects: store }).acquire({ wait: true });
      holders.push(`${n} in`);
      await lease.append(...created(n + 1));
      await bench.clock.sleep(3_000);
      holders.push(`${n} out`);
      if (n % 2 === 0) dead.now = true;
      else await lease[Symbol.asyncDispose]();
    });
    await bench.run(Promise.all(runs));
    const numbers = holders.map((word) => word.split(' ')[0]);
    for (let i = 0; i < numbers.length; i += 2) expect(numbers[i]).toBe(numbers[i + 1]);
    expect(await leaseIn(bench.objects)).toMatchObject({ generation: 12 });
    expect(numbersIn(await bench.run(bench.process().read()))).toHaveLength(12);
  });
});

describe('the guard', () => {
  test('lets a call go while the lease lasts long enough, and renews it first when it does not', async () => {
    const bench = new Bench();
    const writes: Operation[] = [];
    const store = faultyStore(bench.objects, (operation) => {
      if (operation.name === 'swapRegister' && operation.key === LEASE_KEY) writes.push(operation);
      return 'fine';
    });
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    await lease.guard(8_000);
    expect(writes).toHaveLength(1);
    await bench.clock.advance(4_000);
    await lease.guard(8_000);
    expect(writes).toHaveLength(1);
    await lease.guard(15_000);
    expect(writes).toHaveLength(2);
  });

  test('refuses a call that no lease can cover', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await expect(lease.guard(18_000)).rejects.toThrow('A call and its margin fit into the life of the lease.');
  });

  test('counts from before the lease was asked for, not from the answer', async () => {
    const bench = new Bench();
    const writes: Operation[] = [];
    const store = wrapStore(bench.objects, async (operation, act) => {
      const isLease = operation.name === 'swapRegister' && operation.key === LEASE_KEY;
      const result = await act();
      if (isLease && writes.push(operation) === 1) await bench.clock.sleep(11_000);
      return result;
    });
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    expect(writes).toHaveLength(1);
    await bench.run(lease.guard(8_000));
    expect(writes).toHaveLength(2);
  });

  test('counts from before the heartbeat was sent, not from its answer', async () => {
    const bench = new Bench();
    const slow = { ms: 0 };
    const store = delayed(bench, () => slow.ms);
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    slow.ms = 19_000;
    await bench.clock.advance(24_000);
    slow.ms = 30_000;
    // The beat sent at 5 s was answered at 24 s: 1 s of it is left, and another takes longer than it lasts.
    const refused = await bench.problemOf(lease.guard(8_000), 'state.lease-expired');
    expect(refused.detail).toBe('Renewing it takes longer than it lasts.');
  });

  test('lets nothing go while the store cannot be reached, and everything once it can again', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'unavailable');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    await bench.clock.advance(TTL_MS);
    const refused = await bench.problemOf(lease.guard(8_000), 'state.lease-expired');
    expect(refused.detail).toMatch(/gave up trying to write lease.json/);
    expect(lease.lost.aborted).toBe(false);
    dead.now = false;
    await bench.run(lease.guard(8_000));
    await bench.run(lease.append(...created(1)));
  });

  test('waits out an outage that is shorter than what is left of the lease', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'unavailable');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    await bench.clock.advance(4_000);
    dead.now = true;
    await bench.clock.advance(8_000);
    const guarded = lease.guard(8_000);
    await bench.clock.advance(6_000);
    dead.now = false;
    await bench.run(guarded);
    expect(bench.clock.monotonicMs()).toBeLessThan(22_000);
  });

  test('refuses a holder that slept through its own succession', async () => {
    const bench = new Bench();
    const frozen = freezable(bench.objects);
    const sleeper = await bench.run(bench.process({ objects: frozen.store }).acquire());
    await bench.run(sleeper.append(...created(1)));
    frozen.freeze();
    const successor = await bench.run(bench.process().acquire({ wait: true }));
    frozen.thaw();
    const fenced = await bench.problemOf(sleeper.guard(8_000), 'state.fenced');
    expect(fenced.detail).toBe('It is with ada on desk (process 102) now.');
    expect(sleeper.lost.reason).toBe(fenced);
    expect(bench.events.filter(({ type }) => type === 'lease-lost')).toHaveLength(1);
    await bench.run(sleeper[Symbol.asyncDispose]());
    expect(await leaseIn(bench.objects)).toMatchObject({ generation: 2, released: false });
    await bench.run(successor.guard(8_000));
  });
});

describe('a zombie', () => {
  test('that journals finds its place taken, and none of it in the state', async () => {
    const bench = new Bench();
    const frozen = freezable(bench.objects);
    const zombie = await bench.run(bench.process({ objects: frozen.store }).acquire());
    await bench.run(zombie.append(...created(1)));
    frozen.freeze();
    const appended = zombie.append(...created(2));
    appended.catch(() => undefined);
    const successor = await bench.run(bench.process().acquire({ wait: true }));
    await bench.run(successor.append(...created(3)));
    frozen.thaw();
    await bench.problemOf(appended, 'state.fenced');
    await bench.problemOf(zombie.append(...created(4)), 'state.fenced');
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1, 3]);
  });

  test('whose last request was on the wire is either before the successor or nowhere', async () => {
    for (const deliverAtMs of [1_000, 29_000, 31_000]) {
      const bench = new Bench();
      const late = { armed: false };
      const store = faultyStore(bench.objects, () => (late.armed ? 'late' : 'fine'));
      const zombie = await bench.run(bench.process({ objects: store }).acquire());
      late.armed = true;
      zombie.append(...created(1)).catch(() => undefined);
      const acquiring = bench.process().acquire({ wait: true });
      const early = deliverAtMs < TAKEOVER_MS;
      await bench.clock.advance(deliverAtMs);
      await store.deliverLate();
      const successor = await bench.run(acquiring);
      expect(numbersIn(successor.snapshot)).toEqual(early ? [1] : []);
      await bench.run(successor.append(...created(2)));
      expect(numbersIn(await bench.run(bench.process().read()))).toEqual(early ? [1, 2] : [2]);
    }
  });

  test('cannot move the head back', async () => {
    const bench = new Bench();
    const frozen = freezable(bench.objects);
    const zombie = await bench.run(bench.process({ objects: frozen.store }).acquire());
    await bench.run(zombie.append(...created(1)));
    frozen.freezeOn(({ key, name }) => key === HEAD_KEY && name === 'swapRegister');
    const writing = zombie.writeSnapshot();
    writing.catch(() => undefined);
    await bench.clock.advance(1);
    frozen.freeze();
    const successor = await bench.run(bench.process().acquire({ wait: true }));
    await bench.run(successor.append(...created(2)));
    await bench.run(successor.writeSnapshot());
    const before = await bench.objects.readRegister(HEAD_KEY);
    frozen.thaw();
    await bench.problemOf(writing, 'state.fenced');
    expect(await bench.objects.readRegister(HEAD_KEY)).toEqual(before);
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1, 2]);
  });

  test('that holds a stolen lease stops by itself at its next heartbeat', async () => {
    const bench = new Bench();
    const robbed = await bench.run(bench.process().acquire());
    const thief = await bench.run(bench.process().steal());
    expect(thief.generation).toBe(2);
    expect(JSON.parse((await bench.objects.readObject(journalKey(2))) ?? '')).toMatchObject({ opens: { by: 'steal' } });
    expect(robbed.lost.aborted).toBe(false);
    await bench.clock.advance(TTL_MS / 4 + 1);
    expect(robbed.lost.aborted).toBe(true);
    await bench.problemOf(robbed.guard(1), 'state.fenced');
    await bench.run(thief.guard(8_000));
  });
});

test('a holder that was robbed and does not know it yet cannot journal', async () => {
  const bench = new Bench();
  const robbed = await bench.run(bench.process().acquire());
  const thief = await bench.run(bench.process().steal());
  const fenced = await bench.problemOf(robbed.append(...created(1)), 'state.fenced');
  expect(fenced.detail).toBe('Another run has written journal/000000000002.json.');
  expect(robbed.lost.reason).toBe(fenced);
  expect(await bench.objects.listObjects('journal/')).toEqual([1, 2].map(journalKey));
  await bench.run(thief.append(...created(2)));
  expect(numbersIn(await bench.run(bench.process().read()))).toEqual([2]);
});

test('two runs in one process at one instant are told apart by their nonces alone', async () => {
  const bench = new Bench();
  const holder = bench.holder();
  const runs = Array.from({ length: 4 }, () => bench.process({ holder }).acquire());
  const outcomes = await bench.run(Promise.allSettled(runs));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const [lease] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  await bench.run(Promise.all([lease?.guard(8_000), lease?.append(...created(1))]));
  expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1]);
});

test('a storm of steals leaves one holder, and generations that only rise', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const bench = new Bench({ seed });
    const store = delayed(bench, () => bench.random.between(0, 40));
    const leases = await bench.run(
      Promise.allSettled(Array.from({ length: 8 }, () => bench.process({ objects: store }).steal())),
    );
    await bench.clock.advance(6_000);
    const alive = leases.flatMap((lease) =>
      lease.status === 'fulfilled' && !lease.value.lost.aborted ? [lease.value] : [],
    );
    expect(alive).toHaveLength(1);
    await bench.run(Promise.all(alive.map((lease) => lease.append(...created(1)))));
    const keys = await bench.objects.listObjects('journal/');
    const bodies = await Promise.all(keys.map((key) => bench.objects.readObject(key)));
    const generations = bodies.map((body) => Number(/"generation":(\d+)/.exec(body ?? '')?.[1]));
    expect(generations).toEqual(generations.toSorted((left, right) => left - right));
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1]);
  }
});

test('a lease that fell behind the journal rises above it', async () => {
  const bench = new Bench();
  for (let n = 1; n <= 3; n += 1) {
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append(...created(n)));
    await bench.run(lease[Symbol.asyncDispose]());
  }
  await bench.objects.removeObject(LEASE_KEY);
  const head = (await bench.objects.readRegister(HEAD_KEY))?.body ?? '';
  await bench.objects.removeObject(HEAD_KEY);
  await bench.objects.swapRegister(HEAD_KEY, head.replace('"generation":3', '"generation":1'), undefined);
  const lease = await bench.run(bench.process().acquire());
  expect(lease.generation).toBe(4);
  expect(JSON.parse((await bench.objects.readRegister(HEAD_KEY))?.body ?? '')).toMatchObject({ generation: 4 });
  await bench.run(lease.append(...created(4)));
  expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1, 2, 3, 4]);
});

test('a promoted copy is ahead of anything that its original may still write, and may be behind it in content', async () => {
  const bench = new Bench();
  const original = await bench.run(bench.process().acquire());
  await bench.run(original.append(...created(1)));
  await bench.run(original.append(...created(2)));
  await bench.run(original[Symbol.asyncDispose]());
  await bench.objects.removeObject(journalKey(3));
  await bench.problemOf(bench.process().acquire(), 'state.corrupt');
  const promoted = await bench.run(bench.process().promote());
  expect(promoted.generation).toBe(2 + 2 ** 20);
  expect(numbersIn(promoted.snapshot)).toEqual([1]);
  await bench.run(promoted[Symbol.asyncDispose]());
  expect((await bench.run(bench.process().acquire())).generation).toBe(3 + 2 ** 20);
});

describe('a heartbeat', () => {
  test.each(['lost-reply', 'own-412', 'lost', 'conflict', 'unavailable'] as const)(
    'that met %s is settled by reading back',
    async (fate) => {
      const bench = new Bench();
      const struck = { count: 0 };
      const store = faultyStore(bench.objects, ({ name, key }): Fate => {
        if (name !== 'swapRegister' || key !== LEASE_KEY) return 'fine';
        struck.count += 1;
        return struck.count % 2 === 0 ? fate : 'fine';
      });
      const lease = await bench.run(bench.process({ objects: store }).acquire());
      await bench.clock.advance(120_000);
      expect(lease.lost.aborted).toBe(false);
      await bench.run(lease.guard(8_000));
      await bench.run(lease[Symbol.asyncDispose]());
      expect(await leaseIn(bench.objects)).toMatchObject({ released: true });
    },
  );

  test('of ours that was given up and lands later is not taken for a stranger', async () => {
    const bench = new Bench();
    const late = { armed: false };
    const store = faultyStore(bench.objects, ({ name }) => {
      if (!late.armed) return 'fine';
      return name === 'swapRegister' ? 'late' : 'unavailable';
    });
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    late.armed = true;
    await bench.clock.advance(15_000);
    await store.deliverLate();
    late.armed = false;
    await bench.clock.advance(10_000);
    expect(lease.lost.aborted).toBe(false);
    await bench.run(lease.guard(8_000));
  });

  test('and every other write has a nonce of its own', async () => {
    const bench = new Bench();
    const nonces: string[] = [];
    const store = faultyStore(bench.objects, ({ body = '' }) => {
      nonces.push(...(/"nonce":"([^"]+)"/.exec(body)?.slice(1) ?? []));
      return 'fine';
    });
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    await bench.run(lease.append(...created(1)));
    await bench.run(lease.writeSnapshot());
    await bench.clock.advance(100_000);
    await bench.run(lease[Symbol.asyncDispose]());
    expect(nonces.length).toBeGreaterThan(20);
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describe('disposing of a lease', () => {
  test('writes what was appended first, and leaves no timer behind', async () => {
    const bench = new Bench();
    const objects = delayed(bench, () => 500);
    const lease = await bench.run(bench.process({ objects }).acquire());
    const appended = lease.append(...created(1));
    await bench.run(lease[Symbol.asyncDispose]());
    await bench.run(appended);
    expect(bench.clock.pendingTimers).toBe(0);
    expect(await leaseIn(bench.objects)).toMatchObject({ released: true, serial: 2 });
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1]);
  });

  test('lets nothing go any more', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease[Symbol.asyncDispose]());
    const refused = await bench.problemOf(lease.guard(1), 'state.lease-expired');
    expect(refused.detail).toBe('It has been given back.');
    await bench.problemOf(lease.append(...created(1)), 'state.lease-expired');
    expect(lease.lost.reason).toBe(refused);
    expect(bench.events.some(({ type }) => type === 'lease-lost')).toBe(false);
    await bench.run(lease[Symbol.asyncDispose]());
  });

  test('does not fail when the store is out of reach: the lease runs out by itself', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'unavailable');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    await bench.run(lease[Symbol.asyncDispose]());
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('a journal write that cannot be settled', () => {
  test('is tried for as long as the lease is valid, then ends the run', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'unavailable');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    const problem = await bench.problemOf(lease.append(...created(1)), 'state.lease-expired');
    expect(bench.clock.monotonicMs()).toBeGreaterThanOrEqual(TTL_MS);
    expect(lease.lost.reason).toBe(problem);
    dead.now = false;
    await bench.problemOf(lease.append(...created(2)), 'state.lease-expired');
    await bench.problemOf(lease.guard(1_000), 'state.lease-expired');
  });

  test('for want of space ends the run and says so, with what waited behind it; the next one goes on', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'full');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    const appended = lease.append(...created(1));
    await Promise.resolve();
    await Promise.resolve();
    dead.now = false;
    const behind = lease.append(...created(3));
    behind.catch(() => undefined);
    await bench.problemOf(appended, 'state.store-full');
    await bench.problemOf(behind, 'state.store-full');
    expect(await bench.objects.listObjects('journal/')).toEqual([journalKey(1)]);
    await bench.run(lease[Symbol.asyncDispose]());
    const next = await bench.run(bench.process().acquire());
    await bench.run(next.append(...created(2)));
    expect(numbersIn(next.snapshot)).toEqual([2]);
  });

  test('during an outage shorter than the lease is only slow', async () => {
    const bench = new Bench();
    const { dead, store } = mortal(bench.objects, 'unavailable');
    const lease = await bench.run(bench.process({ objects: store }).acquire());
    dead.now = true;
    const appended = lease.append(...created(1));
    await bench.clock.advance(12_000);
    dead.now = false;
    await bench.run(appended);
    await bench.run(lease.guard(8_000));
    expect(numbersIn(lease.snapshot)).toEqual([1]);
  });
});

async function leaseIn(objects: ObjectStore): Promise<unknown> {
  return JSON.parse((await objects.readRegister(LEASE_KEY))?.body ?? 'null');
}

/** A store that stops answering its user: as good as dead to everybody else. */
function mortal(objects: ObjectStore, fate: Fate = 'ambiguous') {
  const dead = { now: false };
  return { dead, store: faultyStore(objects, () => (dead.now ? fate : 'fine')) };
}

/** A store whose user can be frozen: its requests set out when it wakes up. */
function freezable(objects: ObjectStore) {
  let gate: { readonly promise: Promise<void>; resolve(): void } | undefined;
  let trigger: (operation: Operation) => boolean = () => false;
  const freeze = (): void => {
    gate ??= Promise.withResolvers<void>();
  };
  const wait = async (operation: Operation): Promise<void> => {
    if (trigger(operation)) freeze();
    await gate?.promise;
  };
  return {
    freeze,
    freezeOn: (condition: (operation: Operation) => boolean) => {
      trigger = condition;
    },
    thaw: () => {
      trigger = () => false;
      gate?.resolve();
      gate = undefined;
    },
    store: wrapStore(objects, async (operation, act) => {
      await wait(operation);
      return act();
    }),
  };
}

/** A store whose every answer takes its time. */
function delayed(bench: Bench, delayMs: () => number): ObjectStore {
  const { objects, clock } = bench;
  return wrapStore(objects, async (_operation, act) => {
    try {
      return await act();
    } finally {
      await clock.sleep(delayMs());
    }
  });
}
