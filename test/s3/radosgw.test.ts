import { afterAll, describe } from 'vitest';
import { startRadosgw } from '../ceph/radosgw.ts';
import { standOn } from '../state/support/ground.ts';
import { BucketGround } from './bucket-ground.ts';
import { describeLostReplies } from './lost-replies.ts';
import { describeJudged } from './suite.ts';

const gateway = await startRadosgw('forky');
const title = `radosgw ${gateway.version}`;
const judge = { title, clientConfig: gateway.clientConfig, versions: false };
const ground = new BucketGround(judge);
afterAll(async () => {
  console.log(
    `${title}: started in ${Math.round(gateway.startMs)} ms; ${ground.requests} requests of the state's benches`,
  );
  await gateway[Symbol.asyncDispose]();
});

describeJudged(judge);
standOn(ground);
describeLostReplies(gateway.endpoint, ground);
describe(`over HTTP, at ${title}`, async () => {
  await import('../state/lease.test.ts');
  await import('../state/lease-keeper.test.ts');
  await import('../state/state-store.test.ts');
  await import('../state/demand.test.ts');
  await import('../state/purge.test.ts');
});
