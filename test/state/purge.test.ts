import { describe, expect, test } from 'vitest';
import { Bench, created, numbersIn, removed } from './support/bench.ts';
import { faultyStore } from './support/faulty-store.ts';
import { ground } from './support/ground.ts';

describe('the end of a cluster', () => {
  test('leaves a tombstone, until a new resource is created', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append(...created(1)));
    await bench.run(lease.append(...removed(1), { type: 'tombstone' }));
    await bench.run(lease[Symbol.asyncDispose]());
    expect((await bench.run(bench.process().read()))?.tombstone).toBe(true);
    const again = await bench.run(bench.process().acquire());
    expect(again.snapshot.tombstone).toBe(true);
    await bench.run(again.append(...created(2)));
    expect(again.snapshot.tombstone).toBe(false);
  });

  test('is not the end of its state while it still has anything', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append(...created(1)));
    await bench.run(lease[Symbol.asyncDispose]());
    await bench.problemOf(bench.process().purge(), 'state.not-deleted');
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1]);
  });

  test('empties the store after every earlier request has ended', async () => {
    const bench = new Bench();
    const zombie = faultyStore(bench.objects, ({ name }) => (name === 'createObject' && armed.now ? 'late' : 'fine'));
    const armed = { now: false };
    const lease = await bench.run(bench.process({ objects: zombie }).acquire());
    await bench.run(lease.append(...created(1)));
    await bench.run(lease.append(...removed(1), { type: 'tombstone' }));
    armed.now = true;
    const late = lease.append(...created(2)).catch(() => undefined);
    const thief = await bench.run(bench.process().steal());
    await bench.run(thief[Symbol.asyncDispose]());
    const purged = bench.process().purge();
    await bench.clock.advance(15_000);
    await zombie.deliverLate();
    expect((await bench.objects.listObjects('')).length).toBeGreaterThan(2);
    await bench.run(purged);
    await bench.run(late);
    expect(await bench.objects.listObjects('')).toEqual([]);
    expect(await bench.run(bench.process().read())).toBeUndefined();
    await bench.run(bench.process().purge());
  });

  test('can be continued when it stopped at any request', async () => {
    for (let stop = 1; stop < 40; stop += ground().stride) {
      const bench = new Bench();
      const lease = await bench.run(bench.process().acquire());
      await bench.run(lease.append(...created(1)));
      await bench.run(lease.append(...removed(1), { type: 'tombstone' }));
      await bench.run(lease[Symbol.asyncDispose]());
      const left = { requests: stop };
      const dying = faultyStore(bench.objects, () => (--left.requests > 0 ? 'fine' : 'denied'));
      await bench.run(
        bench
          .process({ objects: dying })
          .purge()
          .catch(() => undefined),
      );
      const state = await bench.run(bench.process().read());
      expect(state?.tombstone ?? true).toBe(true);
      await bench.clock.advance(60_000);
      await bench.run(bench.process().purge());
      expect(await bench.objects.listObjects('')).toEqual([]);
    }
  });
});
