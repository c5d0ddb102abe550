import { afterAll, describe } from 'vitest';
import { startMoto } from '../moto/moto-server.ts';
import { standOn } from '../state/support/ground.ts';
import { BucketGround } from './bucket-ground.ts';
import { describeLostReplies } from './lost-replies.ts';
import { describeJudged } from './suite.ts';

const moto = await startMoto({ settings: { ONE_REQUEST_AT_A_TIME: 'yes' } });
const judge = { title: 'moto', clientConfig: moto.clientConfig, versions: true };
const ground = new BucketGround(judge);
afterAll(async () => {
  console.log(`moto: the benches of the state sent ${ground.requests} requests over HTTP`);
  await moto[Symbol.asyncDispose]();
});

describeJudged(judge);
standOn(ground);
describeLostReplies(moto.endpoint, ground);
describe('over HTTP, at moto', async () => {
  await import('../state/lease.test.ts');
  await import('../state/lease-keeper.test.ts');
});
