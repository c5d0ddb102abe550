import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketTaggingCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { ClusterUid } from '#engine/address.ts';
import { z } from 'zod';
import { ABSENT, type ListContext, type ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import { listed, present } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerMarks, ownerTags, type Tag, TAGS } from '../tags.ts';
import { documentMeaning, documentText } from '../iam/document-text.ts';
import { LIFECYCLE_RULES } from './bucket-lifecycle.ts';
import { bucketPolicy } from './bucket-policy.ts';
import { BucketSettings, NO_SETTINGS, PUBLIC_ACCESS_BLOCK, readSettings } from './bucket-settings.ts';
import { emptyBucket } from './empty-bucket.ts';

const Outputs = BucketSettings.extend({ name: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;
type Session = Pick<AwsSession, 's3'>;

/** S3 takes all tags at once: what others have put there is sent along, and the mark whatever was seen of it. */
const retagBucket: Retag<Pick<Outputs, 'name'>> = async (aws, context, { name: Bucket }, { put, drop }) => {
  const ours = [...ownerMarks(context), ...put];
  const replaced = new Set([...ours.map(({ Key }) => Key), ...drop]);
  const kept = (await readTags(aws, context, Bucket)).flatMap(({ Key = '', Value = '' }) =>
    replaced.has(Key) || Key.startsWith('aws:') ? [] : [{ Key, Value }],
  );
  const command = new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [...ours, ...kept] } });
  await aws.s3.mutate(context, 'tag the bucket', command);
};

/**
 * The cluster's own bucket: its state and the mailboxes of its machines. It gets its tags in the request that makes it,
 * since that request is answered well for a bucket that the account already has: only the tags tell whose it is.
 */
export const s3Bucket = tagged(retagBucket, {
  kind: 'aws.s3.bucket',
  inputs: z.strictObject({
    name: z.string(),
    /** ARN of the key that encrypts what lies in it. */
    key: z.string(),
    ...TAGS,
  }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name'],
  replaceOrder: 'create-first',
  stableOutputs: ['name'],
  idOf: ({ name }) => name,

  async observe(aws, context, { inputs: { name } }) {
    const [settings, tags] = await Promise.all([readSettings(aws, context, name), readTags(aws, context, name)]);
    return settings === undefined ? ABSENT : present({ name, ...settings }, tags);
  },

  async create({ s3, region }, context, { name }) {
    const place = isConstraint(region) ? { LocationConstraint: region } : {};
    const command = new CreateBucketCommand({
      Bucket: name,
      CreateBucketConfiguration: { ...place, Tags: ownerTags(context) },
    });
    await s3.mutate(context, 'create the bucket', command);
    return { name, ...NO_SETTINGS };
  },

  async sync(aws, context, { name, key }, observed) {
    const policy = documentText(bucketPolicy(name, aws.region));
    const settings = { isVersioned: true, isClosed: true, snapshotsEnd: true };
    const wanted: BucketSettings = { key, ...settings, policy: documentMeaning(policy) };
    // One after the other: S3 refuses two changes of one bucket at a time.
    for (const change of changesOf(name, { observed, wanted, policy })) await change(aws.s3, context);
    return { name, ...wanted };
  },

  async destroy(aws, context, { name }) {
    await emptyBucket(aws, context, { Bucket: name });
    await aws.s3.remove(context, 'delete the bucket', new DeleteBucketCommand({ Bucket: name }));
  },

  async list(aws, context) {
    return listed(await markedBuckets(aws, context), ({ name }) => ({ name, ...NO_SETTINGS }));
  },
});

export const BUCKET_PREFIX = 'bootstrap-';

/** The whole name derives from the uid, so that the uid is all one needs to find the state. */
export function bucketNameOf(cluster: ClusterUid): string {
  return `${BUCKET_PREFIX}${cluster}`;
}

/** The cluster's bucket, if there is one. */
export async function markedBuckets(
  aws: Session,
  context: ListContext,
): Promise<readonly { readonly name: string; readonly Tags: readonly Tag[] }[]> {
  const name = bucketNameOf(context.cluster);
  return [{ name, Tags: await readTags(aws, context, name) }];
}

type Change = (s3: Session['s3'], context: ResourceContext) => Promise<unknown>;

interface Difference {
  readonly observed: BucketSettings;
  readonly wanted: BucketSettings;
  /** As it is sent. */
  readonly policy: string;
}

/** Closed first, before anything can lie in it. */
function changesOf(Bucket: string, { observed, wanted, policy }: Difference): readonly Change[] {
  const changes: Change[] = [];
  if (observed.isClosed !== wanted.isClosed) {
    const command = new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: PUBLIC_ACCESS_BLOCK });
    changes.push((s3, context) => s3.mutate(context, 'close the bucket to the public', command));
  }
  if (observed.key !== wanted.key) {
    const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: wanted.key } as const;
    const rule = { ApplyServerSideEncryptionByDefault: encryption, BucketKeyEnabled: true };
    const command = new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } });
    changes.push((s3, context) => s3.mutate(context, 'encrypt the bucket', command));
  }
  if (observed.isVersioned !== wanted.isVersioned) {
    const command = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    changes.push((s3, context) => s3.mutate(context, 'keep old versions in the bucket', command));
  }
  if (observed.snapshotsEnd !== wanted.snapshotsEnd) {
    const LifecycleConfiguration = { Rules: [...LIFECYCLE_RULES] };
    const command = new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration });
    changes.push((s3, context) => s3.mutate(context, 'let old snapshots in the bucket end', command));
  }
  if (observed.policy !== wanted.policy) {
    const command = new PutBucketPolicyCommand({ Bucket, Policy: policy });
    changes.push((s3, context) => s3.mutate(context, 'set the policy of the bucket', command));
  }
  return changes;
}

async function readTags(
  { s3 }: Session,
  context: Pick<ResourceContext, 'read'>,
  Bucket: string,
): Promise<readonly Tag[]> {
  const command = new GetBucketTaggingCommand({ Bucket });
  const seen = await unlessAbsent(s3.read(context, 'read the tags of the bucket', command));
  return seen?.TagSet ?? [];
}

/** A bucket is in the region that its constraint says, and without one in us-east-1. */
function isConstraint(region: string): region is BucketLocationConstraint {
  return region !== 'us-east-1';
}
