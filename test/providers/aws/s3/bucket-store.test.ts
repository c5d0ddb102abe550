import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BucketStore } from '#providers/aws/s3/bucket-store.ts';
import { AwsFault } from '#providers/simulator/aws-fault.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { StoreError } from '#state/object-store.ts';
import { probePreconditions } from '#state/probe.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { simulatedBucket, storeIn } from '../support/simulated-bucket.ts';

test('a bucket keeps conditional writes apart, and the probe for it leaves nothing behind', async () => {
  const store = storeIn(await simulatedBucket());
  await probePreconditions(store, new SeededRandom(1));
  expect(await store.listObjects('')).toEqual([]);
});

test('a listing is complete, however small its pages are', async () => {
  const store = storeIn(await simulatedBucket({ ...CALM_WEATHER, pageSizeOne: 1 }));
  const keys = ['a.json', 'journal/1.json', 'journal/2.json', 'journal/3.json'];
  for (const key of keys) await store.createObject(key, key);
  expect(await store.listObjects('')).toEqual(keys);
  expect(await store.listObjects('journal/', 'journal/1.json')).toEqual(['journal/2.json', 'journal/3.json']);
});

test('state shares its bucket with others and never sees them', async () => {
  const client = await simulatedBucket();
  const store = storeIn(client);
  await client.send(new PutObjectCommand({ Bucket: 'bootstrap-benchbench', Key: 'mailbox/m-0/hello', Body: 'x' }));
  await client.send(new PutObjectCommand({ Bucket: 'bootstrap-benchbench', Key: 'state/', Body: '' }));
  await store.createObject('a.json', 'a');
  expect(await store.listObjects('')).toEqual(['a.json']);
});

test('a register that is gone is swapped by nobody who remembers it', async () => {
  const store = storeIn(await simulatedBucket());
  const tag = await store.swapRegister('head.json', 'one', undefined);
  await store.removeObject('head.json');
  expect(await outcomeOf(store.swapRegister('head.json', 'two', tag))).toBe('precondition');
});

test('no bucket is not "no state"', async () => {
  const client = await simulatedBucket();
  await client.send(new DeleteBucketCommand({ Bucket: 'bootstrap-benchbench' }));
  const store = storeIn(client);
  expect(await outcomeOf(store.readRegister('head.json'))).toBe('unavailable');
  expect(await outcomeOf(store.listObjects(''))).toBe('unavailable');
});

test('what may not be read is not taken for absent', async () => {
  const store = answering(new AwsFault({ code: 'AccessDenied', message: 'Access Denied', status: 403 }));
  expect(await outcomeOf(store.readRegister('head.json'))).toBe('denied');
  expect(await outcomeOf(store.readObject('journal/1.json'))).toBe('denied');
  expect(await outcomeOf(store.removeObject('head.json'))).toBe('denied');
});

test('state is removed only as it was looked at, so that nothing newer is lost', async () => {
  const sent: object[] = [];
  const client = {
    send: async (command: object) => {
      sent.push(command);
      if (command instanceof HeadObjectCommand) return { ETag: '"1"' };
      throw new AwsFault({ code: 'PreconditionFailed', message: 'It is another one.', status: 412 });
    },
  };
  const store = new BucketStore({ client, bucket: 'b', clock: new VirtualClock(), callMs: 1_000 });
  expect(await outcomeOf(store.removeObject('head.json'))).toBe('conflict');
  expect(sent).toEqual([expect.any(HeadObjectCommand), expect.any(DeleteObjectCommand)]);
  expect(sent[1]).toMatchObject({ input: { Bucket: 'b', Key: 'state/head.json', IfMatch: '"1"' } });
});

test('a request without an answer is given up at its deadline, and told to stop', async () => {
  const clock = new VirtualClock();
  const signals: AbortSignal[] = [];
  const client = silent(signals);
  const store = new BucketStore({ client, bucket: 'b', clock, callMs: 8_000 });
  const outcome = clock.run(outcomeOf(store.swapRegister('head.json', 'one', undefined)));
  expect(await outcome).toBe('ambiguous');
  expect(clock.monotonicMs()).toBe(8_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('an answer in time leaves no timer behind', async () => {
  const clock = new VirtualClock();
  const client = { send: async () => ({ ETag: '"1"' }) };
  const store = new BucketStore({ client, bucket: 'b', clock, callMs: 8_000 });
  expect(await store.swapRegister('head.json', 'one', undefined)).toBe('"1"');
  expect(clock.pendingTimers).toBe(0);
});

function answering(error: Error): BucketStore {
  const client: Pick<S3Client, 'send'> = {
    send: async () => {
      throw error;
    },
  };
  return new BucketStore({ client, bucket: 'b', clock: new VirtualClock(), callMs: 8_000 });
}

function silent(signals: AbortSignal[]): Pick<S3Client, 'send'> {
  return {
    send: (...[, options]: readonly unknown[]) => {
      const isTold = typeof options === 'object' && options !== null && 'abortSignal' in options;
      if (isTold && options.abortSignal instanceof AbortSignal) signals.push(options.abortSignal);
      return new Promise<never>(() => undefined);
    },
  };
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof StoreError ? error.outcome : String(error)),
  );
}
