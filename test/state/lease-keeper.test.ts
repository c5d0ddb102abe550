import { describe, expect, test } from 'vitest';
import { journalKey, LEASE_KEY } from '#state/object-keys.ts';
import { Bench, created, leaseIn, numbersIn } from './support/bench.ts';
import { type Fate, faultyStore } from './support/faulty-store.ts';
import { delayed, freezable, mortal } from './support/impaired-stores.ts';
import { type Operation, wrapStore } from './support/wrapped-store.ts';

const TTL_MS = 20_000;

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
