import { describe, expect, test } from 'vitest';
import { probePreconditions } from '#state/probe.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { describeStore } from '../state/support/store-contract.ts';
import { type Judge, newBucket, storeIn } from './judge.ts';
import { creationRounds, replacementRounds, ROUNDS } from './rounds.ts';

/** What is asked of every S3 that keeps conditional writes apart. */
export function describeJudged(judge: Judge): void {
  describeStore(`in a bucket of ${judge.title}`, async () => {
    const bucket = await newBucket(judge);
    return [storeIn(bucket, judge.clientConfig), storeIn(bucket, judge.clientConfig)];
  });

  describe(`sixteen writers at ${judge.title}`, () => {
    test('creating one object at once have one winner, every time', async () => {
      const { winners, losers } = await creationRounds(judge);
      expect(winners).toEqual({ 1: ROUNDS });
      expect(['precondition', 'conflict']).toEqual(expect.arrayContaining(Object.keys(losers)));
    });

    test('replacing one version at once have one winner, every time', async () => {
      const { winners, losers } = await replacementRounds(judge);
      expect(winners).toEqual({ 1: ROUNDS });
      expect(['precondition', 'conflict']).toEqual(expect.arrayContaining(Object.keys(losers)));
    });
  });

  test(`the probe finds ${judge.title} fit, and leaves nothing behind`, async () => {
    const store = storeIn(await newBucket(judge), judge.clientConfig);
    await probePreconditions(store, new SeededRandom(1));
    expect(await store.listObjects('')).toEqual([]);
  });
}
