import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { BucketStore } from '#providers/aws/s3/bucket-store.ts';
import { SystemClock } from '#std/system-clock.ts';

const CALL_MS = 30_000;
/** Where an emulated bucket has to be told that it is. */
const LOCATION = 'eu-west-3';

/** An S3 that nobody here wrote, over HTTP. */
export interface Judge {
  /** Its name and version. */
  readonly title: string;
  readonly clientConfig: S3ClientConfig;
  /** Whether its buckets keep versions in these tests, as those of a cluster do. */
  readonly versions: boolean;
}

/** A new bucket, ready to be a store. */
export async function newBucket({ clientConfig, versions }: Judge): Promise<string> {
  const bucket = `bootstrap-judged-${randomUUID()}`;
  const client = new S3Client(clientConfig);
  const place = { CreateBucketConfiguration: { LocationConstraint: LOCATION } } as const;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...(clientConfig.region === LOCATION && place) }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  if (versions) await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  client.destroy();
  return bucket;
}

/** The store as the program makes it, with connections of its own. */
export function storeIn(
  bucket: string,
  clientConfig: S3ClientConfig,
  client = new S3Client(clientConfig),
): BucketStore {
  return new BucketStore({ client, bucket, clock: new SystemClock(), callMs: CALL_MS });
}
