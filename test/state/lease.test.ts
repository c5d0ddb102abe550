import { describe, expect, test } from 'vitest';
import { HEAD_KEY, journalKey, LEASE_KEY } from '#state/object-keys.ts';
import { Bench, created, leaseIn, numbersIn } from './support/bench.ts';
import { faultyStore } from './support/faulty-store.ts';
import { ground } from './support/ground.ts';
import { delayed, freezable, mortal } from './support/impaired-stores.ts';

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
  for (let seed = 1; seed <= 20; seed += ground().stride) {
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
