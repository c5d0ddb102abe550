import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import { BucketStore } from '#providers/aws/s3/bucket-store.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';

const BUCKET = 'bootstrap-benchbench';
const REGION = 'eu-west-3';

/** A bucket that keeps versions, in a simulated account that is so fast that nobody waits. */
export async function simulatedBucket(weather: Weather = CALM_WEATHER): Promise<Pick<S3Client, 'send'>> {
  const random = new SeededRandom(1);
  const account = await openSimulatedAccount({ clock: new SystemClock(), random, seed: '1', speed: 10_000, weather });
  const { s3 } = account.services(REGION);
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ...place }));
  const versioning = { VersioningConfiguration: { Status: 'Enabled' } } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, ...versioning }));
  return s3;
}

export function storeIn(client: Pick<S3Client, 'send'>, callMs = 8_000): BucketStore {
  return new BucketStore({ client, bucket: BUCKET, clock: new SystemClock(), callMs });
}
