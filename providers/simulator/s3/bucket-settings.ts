import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, bucketSeen, changeBucket } from './bucket.ts';
import { BucketInput, TagList, tagsFrom } from './inputs.ts';

const getBucketTagging = defineOperation({
  name: 'GetBucketTagging',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const tags = Object.entries(bucketSeen(desk, name).tags);
    if (tags.length === 0) throw fault('NoSuchTagSet', 'The TagSet does not exist', 404);
    return { TagSet: tags.map(([Key, Value]) => ({ Key, Value })) };
  },
});

const putBucketTagging = defineOperation({
  name: 'PutBucketTagging',
  input: BucketInput.extend({ Tagging: z.strictObject({ TagSet: TagList }) }),
  run: ({ Bucket: name, Tagging: { TagSet } }, desk) => changeBucket(desk, name, { tags: tagsFrom(TagSet) }),
});

const getBucketVersioning = defineOperation({
  name: 'GetBucketVersioning',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const { versioning } = bucketSeen(desk, name);
    return versioning === undefined ? {} : { Status: versioning };
  },
});

const putBucketVersioning = defineOperation({
  name: 'PutBucketVersioning',
  input: BucketInput.extend({
    VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }),
  }),
  run({ Bucket: name, VersioningConfiguration: { Status } }, desk) {
    const begins = Status === 'Enabled' && bucketOf(desk, name).versioning !== 'Enabled';
    return changeBucket(desk, name, { versioning: Status, ...(begins ? { versionsSinceMs: desk.nowMs } : {}) });
  },
});

const getBucketEncryption = defineOperation({
  name: 'GetBucketEncryption',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const { algorithm, kmsKeyId, bucketKey } = bucketSeen(desk, name).encryption;
    const byDefault = { SSEAlgorithm: algorithm, ...(kmsKeyId === undefined ? {} : { KMSMasterKeyID: kmsKeyId }) };
    const rule = { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: bucketKey };
    return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
  },
});

const EncryptionRule = z.strictObject({
  ApplyServerSideEncryptionByDefault: z.strictObject({
    SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
    KMSMasterKeyID: z.string().optional(),
  }),
  BucketKeyEnabled: z.boolean().optional(),
});

const putBucketEncryption = defineOperation({
  name: 'PutBucketEncryption',
  input: BucketInput.extend({
    ServerSideEncryptionConfiguration: z.strictObject({ Rules: z.tuple([EncryptionRule]) }),
  }),
  run({ Bucket: name, ServerSideEncryptionConfiguration: { Rules } }, desk) {
    const [{ ApplyServerSideEncryptionByDefault: rule, BucketKeyEnabled: bucketKey = false }] = Rules;
    if (rule.SSEAlgorithm === 'AES256' && rule.KMSMasterKeyID !== undefined) {
      const message = 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse';
      throw fault('InvalidArgument', message);
    }
    const key = rule.KMSMasterKeyID === undefined ? {} : { kmsKeyId: rule.KMSMasterKeyID };
    return changeBucket(desk, name, { encryption: { algorithm: rule.SSEAlgorithm, ...key, bucketKey } });
  },
});

const getPublicAccessBlock = defineOperation({
  name: 'GetPublicAccessBlock',
  input: BucketInput,
  run: ({ Bucket: name }, desk) => ({
    PublicAccessBlockConfiguration: bucketSeen(desk, name).publicAccessBlock,
  }),
});

const putPublicAccessBlock = defineOperation({
  name: 'PutPublicAccessBlock',
  input: BucketInput.extend({
    PublicAccessBlockConfiguration: z.strictObject({
      BlockPublicAcls: z.boolean().default(false),
      IgnorePublicAcls: z.boolean().default(false),
      BlockPublicPolicy: z.boolean().default(false),
      RestrictPublicBuckets: z.boolean().default(false),
    }),
  }),
  run: ({ Bucket: name, PublicAccessBlockConfiguration: publicAccessBlock }, desk) =>
    changeBucket(desk, name, { publicAccessBlock }),
});

const getBucketPolicy = defineOperation({
  name: 'GetBucketPolicy',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const { policy } = bucketSeen(desk, name);
    if (policy === undefined) throw fault('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    return { Policy: policy };
  },
});

const putBucketPolicy = defineOperation({
  name: 'PutBucketPolicy',
  input: BucketInput.extend({ Policy: z.string() }),
  run({ Bucket: name, Policy: policy }, desk) {
    if (!isPolicyFor(name, policy)) {
      throw fault('MalformedPolicy', 'Policies must be valid JSON and the first byte must be {');
    }
    return changeBucket(desk, name, { policy });
  },
});

const Policy = z.looseObject({
  Statement: z.array(z.looseObject({ Resource: z.union([z.string(), z.array(z.string())]) })).min(1),
});

/** A policy may only speak of its own bucket. */
function isPolicyFor(bucket: string, text: string): boolean {
  const policy = Policy.safeParse(jsonOf(text));
  if (!text.startsWith('{') || !policy.success) return false;
  const resources = policy.data.Statement.flatMap(({ Resource }) => Resource);
  return resources.every((arn) => arn === `arn:aws:s3:::${bucket}` || arn.startsWith(`arn:aws:s3:::${bucket}/`));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const BUCKET_SETTINGS = [
  getBucketTagging,
  putBucketTagging,
  getBucketVersioning,
  putBucketVersioning,
  getBucketEncryption,
  putBucketEncryption,
  getPublicAccessBlock,
  putPublicAccessBlock,
  getBucketPolicy,
  putBucketPolicy,
] as const;
