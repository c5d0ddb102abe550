import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HEAD_KEY, journalKey, LEASE_KEY } from '#state/object-keys.ts';
import { assert } from '#std/assert.ts';
import { Bench, created, leaseIn, numbersIn } from '../state/support/bench.ts';
import type { BucketGround } from './bucket-ground.ts';
import { ForgetfulProxy } from './forgetful-proxy.ts';

const APPENDS = 30;

/** A connection that breaks after the request was executed, for real. */
export function describeLostReplies(endpoint: string, ground: BucketGround): void {
  describe('an answer that never arrives', () => {
    let proxy: ForgetfulProxy | undefined;
    beforeAll(async () => {
      proxy = await ForgetfulProxy.before(endpoint);
    });
    afterAll(async () => proxy?.[Symbol.asyncDispose]());
    const open = async (): Promise<Broken> => {
      assert(proxy !== undefined, 'The proxy stands.');
      proxy.forget(() => false);
      const { direct, indirect } = await ground.newStoreBy(proxy.endpoint);
      return { proxy, bench: new Bench({ objects: indirect }), others: new Bench({ objects: direct }) };
    };
    testOwnWrites(open);
    testOthersWrites(open);
  });
}

interface Broken {
  readonly proxy: ForgetfulProxy;
  /** Whose answers get lost. */
  readonly bench: Bench;
  /** Runs elsewhere on the same store, with nothing in between. */
  readonly others: Bench;
}

function testOwnWrites(open: () => Promise<Broken>): void {
  test('to every third write costs nothing: each is known by its nonce as our own', async () => {
    const { proxy, bench } = await open();
    let writes = 0;
    proxy.forget(({ method }) => method === 'PUT' && ++writes % 3 === 0);
    const lease = await bench.run(bench.process().acquire());
    for (let n = 1; n <= APPENDS; n += 1) {
      await bench.run(lease.append(...created(n)));
      if (n % 10 === 0) await bench.run(lease.writeSnapshot());
      if (n % 7 === 0) await bench.clock.advance(6_000);
    }
    await bench.run(lease.guard(8_000));
    expect(proxy.forgotten.filter((status) => status === 200).length).toBeGreaterThanOrEqual(APPENDS / 3);
    proxy.forget(() => false);
    await bench.run(lease[Symbol.asyncDispose]());
    const state = await bench.run(bench.process().read());
    expect(numbersIn(state)).toEqual(Array.from({ length: APPENDS }, (_, n) => n + 1));
    expect(await leaseIn(bench.objects)).toMatchObject({ generation: 1, released: true });
    const kept = await bench.run(bench.process().history());
    expect(kept).toHaveLength(1 + APPENDS);
  });

  test('to taking the lease leaves it with whoever took it', async () => {
    const { proxy, bench, others } = await open();
    proxy.forget(({ method, path }) => method === 'PUT' && (path.includes(LEASE_KEY) || path.includes(HEAD_KEY)));
    const lease = await bench.run(bench.process().acquire());
    expect(proxy.forgotten).toEqual(expect.arrayContaining([200]));
    proxy.forget(() => false);
    expect(lease.generation).toBe(1);
    await others.problemOf(others.process().acquire(), 'state.lease-held');
    await bench.run(lease.append(...created(1)));
    expect(numbersIn(await others.run(others.process().read()))).toEqual([1]);
  });
}

function testOthersWrites(open: () => Promise<Broken>): void {
  test("that would have said no does not make another's write our own", async () => {
    const { proxy, bench, others } = await open();
    const robbed = await bench.run(bench.process().acquire());
    const thief = await others.run(others.process().steal());
    proxy.forget(({ method }) => method === 'PUT');
    const fenced = await bench.problemOf(robbed.append(...created(1)), 'state.fenced');
    expect(proxy.forgotten).toEqual([412]);
    expect(fenced.detail).toBe(`Another run has written ${journalKey(2)}.`);
    await others.run(thief.append(...created(2)));
    expect(numbersIn(await others.run(others.process().read()))).toEqual([2]);
  });

  test('to a read is asked for again', async () => {
    const { proxy, bench } = await open();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append(...created(1)));
    let reads = 0;
    proxy.forget(({ method }) => method === 'GET' && ++reads % 2 === 1);
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([1]);
    expect(proxy.forgotten.length).toBeGreaterThan(1);
  });
}
