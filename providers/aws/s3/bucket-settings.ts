import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { problem } from '#engine/problem.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import { documentMeaning } from '../iam/document-text.ts';
import type { AwsSession } from '../session.ts';
import { areOurs } from './bucket-lifecycle.ts';

/** What of a bucket is ours to set, as it was seen. */
export const BucketSettings = z.strictObject({
  /** ARN of the key that encrypts by default; empty: none of ours, or one that is asked for every single object. */
  key: z.string(),
  isVersioned: z.boolean(),
  /** To the public, whatever its policy or the objects in it say. */
  isClosed: z.boolean(),
  /** Snapshots end by themselves, and nothing else does. */
  snapshotsEnd: z.boolean(),
  /** What its policy means, in one spelling. */
  policy: z.string(),
});
export type BucketSettings = Readonly<z.output<typeof BucketSettings>>;

export const NO_SETTINGS: BucketSettings = {
  key: '',
  isVersioned: false,
  isClosed: false,
  snapshotsEnd: false,
  policy: '',
};

export const PUBLIC_ACCESS_BLOCK = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} as const satisfies PublicAccessBlockConfiguration;

type Session = Pick<AwsSession, 's3'>;
type Reading = Pick<ResourceContext, 'read'>;

/** Undefined: there is no such bucket. */
export async function readSettings(
  { s3 }: Session,
  context: Reading,
  Bucket: string,
): Promise<BucketSettings | undefined> {
  const [versioning, encryption, access, lifecycle, policy] = await Promise.all([
    unlessAbsent(
      s3.read(context, 'read whether the bucket keeps versions', new GetBucketVersioningCommand({ Bucket })),
    ),
    unlessAbsent(s3.read(context, 'read the encryption of the bucket', new GetBucketEncryptionCommand({ Bucket }))),
    unlessAbsent(s3.read(context, 'read who may reach the bucket', new GetPublicAccessBlockCommand({ Bucket }))),
    unlessAbsent(
      s3.read(context, 'read what ends in the bucket', new GetBucketLifecycleConfigurationCommand({ Bucket })),
    ),
    unlessAbsent(s3.read(context, 'read the policy of the bucket', new GetBucketPolicyCommand({ Bucket }))),
  ]);
  // Of the five this alone is answered for every bucket that exists.
  if (versioning === undefined) return undefined;
  return {
    key: keyOf(encryption?.ServerSideEncryptionConfiguration?.Rules),
    isVersioned: versioning.Status === 'Enabled',
    isClosed: isClosed(access?.PublicAccessBlockConfiguration),
    snapshotsEnd: areOurs(lifecycle?.Rules),
    policy: policy?.Policy === undefined ? '' : documentMeaning(policy.Policy),
  };
}

/** The key of a bucket known by its name: the one that wraps the key of the state in it. */
export async function bucketKey({ s3 }: Session, context: Reading, Bucket: string): Promise<string> {
  const command = new GetBucketEncryptionCommand({ Bucket });
  const seen = await unlessAbsent(s3.read(context, 'read the encryption of the bucket', command));
  const key = keyOf(seen?.ServerSideEncryptionConfiguration?.Rules);
  if (key !== '') return key;
  throw problem('state.key-missing', { detail: `The bucket ${Bucket} is not encrypted under a key of its own.` });
}

function keyOf(rules: readonly ServerSideEncryptionRule[] = []): string {
  const [rule] = rules;
  const { SSEAlgorithm, KMSMasterKeyID = '' } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  return SSEAlgorithm === 'aws:kms' && rule?.BucketKeyEnabled === true ? KMSMasterKeyID : '';
}

function isClosed(access: PublicAccessBlockConfiguration | undefined): boolean {
  return (
    access?.BlockPublicAcls === true &&
    access.IgnorePublicAcls === true &&
    access.BlockPublicPolicy === true &&
    access.RestrictPublicBuckets === true
  );
}
