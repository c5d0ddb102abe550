import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from '../page.ts';
import { type Bucket, BUCKETS, bucketOf, bucketSeen, operationAborted } from './bucket.ts';
import { isBucketName } from './bucket-name.ts';
import { BucketInput, TagList, tagsFrom } from './inputs.ts';
import { isBucketEmpty } from './versions.ts';

/** The region that was there before there were regions: it has no name as a location. */
const FIRST_REGION = 'us-east-1';

const LATENCY_MS = [200, 700] as const;

const createBucket = defineOperation({
  name: 'CreateBucket',
  input: z.strictObject({
    Bucket: z.string(),
    CreateBucketConfiguration: z
      .strictObject({ LocationConstraint: z.string().optional(), Tags: TagList.optional() })
      .optional(),
    ObjectOwnership: z.literal('BucketOwnerEnforced').optional(),
  }),
  latencyMs: LATENCY_MS,
  run({ Bucket: name, CreateBucketConfiguration: configuration }, desk) {
    if (!isBucketName(name)) throw fault('InvalidBucketName', 'The specified bucket is not valid.');
    checkLocation(desk, configuration?.LocationConstraint);
    const answer = { Location: `http://${name}.s3.amazonaws.com/`, BucketArn: `arn:aws:s3:::${name}` };
    const existing = desk.truth(BUCKETS).get(name);
    if (existing !== undefined) {
      if (existing.region === FIRST_REGION && desk.region === FIRST_REGION) return answer;
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw fault('BucketAlreadyOwnedByYou', message, 409);
    }
    // Its name is only free when its removal has been noticed everywhere.
    if (desk.view(BUCKETS).get(name) !== undefined) throw operationAborted();
    if (desk.truth(BUCKETS).all().length >= desk.weather.quotas.buckets) {
      throw fault('TooManyBuckets', 'You have attempted to create more buckets than allowed');
    }
    desk.put(BUCKETS, name, newBucket(desk, name, tagsFrom(configuration?.Tags)));
    return answer;
  },
});

/** A request to a region may only make buckets there; the first region is meant by naming none. */
function checkLocation({ region }: Desk, constraint: string | undefined): void {
  if (region === FIRST_REGION && constraint === FIRST_REGION) {
    throw fault('InvalidLocationConstraint', 'The specified location-constraint is not valid');
  }
  if ((constraint ?? FIRST_REGION) === region || (region === FIRST_REGION && constraint !== undefined)) return;
  const message = `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw fault('IllegalLocationConstraintException', message);
}

function newBucket({ nowMs, region }: Desk, name: string, tags: Bucket['tags']): Bucket {
  return {
    name,
    region,
    createdAtMs: nowMs,
    encryption: { algorithm: 'AES256', bucketKey: false },
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    tags,
  };
}

const headBucket = defineOperation({
  name: 'HeadBucket',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    // The answer to a HEAD has no body, so that the SDK cannot say which thing was not found.
    if (desk.view(BUCKETS).get(name) === undefined) throw fault('NotFound', 'UnknownError', 404);
    const { region } = bucketSeen(desk, name);
    return { BucketArn: `arn:aws:s3:::${name}`, BucketRegion: region, AccessPointAlias: false };
  },
});

const getBucketLocation = defineOperation({
  name: 'GetBucketLocation',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const bucket = desk.view(BUCKETS).get(name);
    if (bucket === undefined) throw fault('NoSuchBucket', 'The specified bucket does not exist', 404);
    return bucket.region === FIRST_REGION ? {} : { LocationConstraint: bucket.region };
  },
});

const listBuckets = defineOperation({
  name: 'ListBuckets',
  input: z.strictObject({
    MaxBuckets: z.int().min(1).max(10_000).optional(),
    ContinuationToken: z.string().optional(),
    Prefix: z.string().optional(),
    BucketRegion: z.string().optional(),
  }),
  run({ MaxBuckets, ContinuationToken, Prefix = '', BucketRegion }, desk) {
    const buckets = desk.view(BUCKETS).all();
    const wanted = buckets.filter(
      ({ name, region }) => name.startsWith(Prefix) && (BucketRegion === undefined || region === BucketRegion),
    );
    // Without a size the answer is not cut into pages at all.
    const page =
      MaxBuckets === undefined
        ? { items: wanted, nextToken: undefined }
        : pageOf(desk, wanted, { idOf: ({ name }) => name, token: ContinuationToken, size: MaxBuckets });
    return {
      Buckets: page.items.map(({ name, createdAtMs, region }) => ({
        Name: name,
        CreationDate: new Date(createdAtMs),
        BucketRegion: region,
        BucketArn: `arn:aws:s3:::${name}`,
      })),
      Owner: { ID: desk.accountId },
      ...(page.nextToken === undefined ? {} : { ContinuationToken: page.nextToken }),
    };
  },
});

const deleteBucket = defineOperation({
  name: 'DeleteBucket',
  input: BucketInput,
  latencyMs: LATENCY_MS,
  run({ Bucket: name }, desk) {
    const bucket = bucketOf(desk, name);
    if (!isBucketEmpty(desk, bucket)) {
      const versions = bucket.versioning === undefined ? '' : '. You must delete all versions in the bucket.';
      throw fault('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, 409);
    }
    desk.remove(BUCKETS, name);
    return {};
  },
});

export const BUCKET_OPERATIONS = [createBucket, headBucket, getBucketLocation, listBuckets, deleteBucket] as const;
