import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';

const PublicAccessBlock = z.strictObject({
  BlockPublicAcls: z.boolean(),
  IgnorePublicAcls: z.boolean(),
  BlockPublicPolicy: z.boolean(),
  RestrictPublicBuckets: z.boolean(),
});

const Encryption = z.strictObject({
  algorithm: z.enum(['AES256', 'aws:kms']),
  /** Absent with `aws:kms`: the key that AWS keeps for S3. */
  kmsKeyId: z.string().optional(),
  bucketKey: z.boolean(),
});

/** Of the rules that S3 takes, those that end what begins with a prefix. */
export const LifecycleRule = z.strictObject({
  ID: z.string().max(255),
  Status: z.enum(['Enabled', 'Disabled']),
  Filter: z.strictObject({ Prefix: z.string() }),
  Expiration: z.strictObject({ Days: z.int() }).optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: z.int() }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: z.int() }).optional(),
});
export type LifecycleRule = Readonly<z.output<typeof LifecycleRule>>;

const Bucket = z.strictObject({
  name: z.string(),
  region: z.string(),
  createdAtMs: z.number(),
  /** Absent: it never had versions. */
  versioning: z.enum(['Enabled', 'Suspended']).optional(),
  /** When it last began to. */
  versionsSinceMs: z.number().optional(),
  encryption: Encryption,
  publicAccessBlock: PublicAccessBlock,
  lifecycle: z.array(LifecycleRule).optional(),
  policy: z.string().optional(),
  tags: Tags,
});
export type Bucket = Readonly<z.output<typeof Bucket>>;

/** By name, which no other bucket in the world has. */
export const BUCKETS = defineKind<Bucket>({ name: 'bucket', scope: 'account', schema: Bucket });

/** For objects, which are seen by all as soon as they are stored: the bucket as it is. */
export function bucketOf(desk: Desk, name: string): Bucket {
  return atHome(desk, desk.truth(BUCKETS).get(name));
}

/** For settings, which are seen by and by: the bucket as a reader sees it. */
export function bucketSeen(desk: Desk, name: string): Bucket {
  return atHome(desk, desk.view(BUCKETS).get(name));
}

/** Changes a setting: nobody else may be about to, and the bucket must have been made long enough ago. */
export function changeBucket(desk: Desk, name: string, change: Partial<Bucket>): object {
  bucketSeen(desk, name);
  const bucket = bucketOf(desk, name);
  if (desk.chance.happens(desk.weather.conflict)) throw operationAborted();
  desk.put(BUCKETS, name, { ...bucket, ...change });
  return {};
}

export function operationAborted(): AwsFault {
  const message =
    'A conflicting conditional operation is currently in progress against this resource. Please try again.';
  return fault('OperationAborted', message, 409);
}

function atHome(desk: Desk, bucket: Bucket | undefined): Bucket {
  if (bucket === undefined) throw fault('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.region === desk.region) return bucket;
  const message = 'The bucket you are attempting to access must be addressed using the specified endpoint.';
  throw fault('PermanentRedirect', message, 301);
}
