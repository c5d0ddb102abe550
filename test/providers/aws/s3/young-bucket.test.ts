import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BucketStore } from '#providers/aws/s3/bucket-store.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { probePreconditions } from '#state/probe.ts';
import { Bench, created, numbersIn, TEST_LINEAGE } from '../../../state/support/bench.ts';

const REGION = 'eu-west-3';
const BUCKET = `bootstrap-${TEST_LINEAGE}`;
const LAG_MS = 10_000;

/** A bucket that begins to keep versions at this moment: reads miss what is written from now on, for a while. */
async function youngBucket({ seed = 1, versionsUnseen = 1 } = {}) {
  const bench = new Bench({ seed });
  const { clock, random } = bench;
  const weather = { ...CALM_WEATHER, lagMs: LAG_MS, versionsUnseen };
  const account = await openSimulatedAccount({ clock, random, seed: String(seed), weather });
  const client = account.services(REGION).s3;
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  const versioning = { VersioningConfiguration: { Status: 'Enabled' } } as const;
  await bench.run(client.send(new CreateBucketCommand({ Bucket: BUCKET, ...place })));
  await bench.run(client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, ...versioning })));
  return { bench, objects: new BucketStore({ client, bucket: BUCKET, clock, callMs: 8_000 }) };
}

test('a bucket that has only begun to keep versions is no unfit store: its probe says that it is not known yet', async () => {
  const { bench, objects } = await youngBucket();
  expect(await bench.problemOf(probePreconditions(objects, bench.random))).toMatchObject({ code: 'state.unavailable' });
  await bench.clock.advance(LAG_MS);
  await bench.run(probePreconditions(objects, bench.random));
});

test.each([1, 0.5])(
  'a state moves into such a bucket and goes on there at once, with %d of its reads amiss',
  async (versionsUnseen) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { bench, objects } = await youngBucket({ seed, versionsUnseen });
      const local = { store: bench.process({ objects: new MemoryStore(), lineage: TEST_LINEAGE }), place: 'desk' };
      const bucket = { store: bench.process({ objects, lineage: TEST_LINEAGE }), place: 'bucket' };
      const lease = await bench.run(local.store.acquire());
      await bench.run(lease.append(...created(1)));
      await bench.run(lease.depart({ to: 'the bucket', place: bucket.place }));
      await bench.run(local.store.finishMove(bucket.store));
      expect(await bench.run(bucket.store.standing())).toMatchObject({ is: 'here' });
      const there = await bench.run(bucket.store.acquire({ existing: true }));
      expect(numbersIn(there.snapshot)).toEqual([1]);
      await bench.run(there[Symbol.asyncDispose]());
      expect(numbersIn(await bench.run(bucket.store.read()))).toEqual([1]);
      expect((await bench.run(bucket.store.history())).length).toBeGreaterThan(1);
    }
  },
);
