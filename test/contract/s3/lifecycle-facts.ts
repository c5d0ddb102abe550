import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { issue, S3_ERRORS, s3Api } from '../sources.ts';
import { makeBucket, makeVersionedBucket, NO_BUCKET } from './scenery.ts';

type S3 = Pick<AwsClients, 's3'>;

function endingAfter(Days: number, Prefix: string): LifecycleRule {
  return {
    ID: `${Prefix}ends`,
    Status: 'Enabled',
    Filter: { Prefix },
    Expiration: { Days },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  };
}

async function putRules({ s3 }: S3, Bucket: string, ...Rules: LifecycleRule[]): Promise<void> {
  const LifecycleConfiguration = { Rules };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}

async function rulesOf({ s3 }: S3, Bucket: string): Promise<readonly LifecycleRule[] | undefined> {
  return (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
}

export const lifecycleFacts = factsOf('s3', {
  'lifecycle-none': {
    fact: 'Without lifecycle rules the rules are NoSuchLifecycleConfiguration 404.',
    source: s3Api('GetBucketLifecycleConfiguration'),
    run: async (aws) => refusalOf(rulesOf(aws, await makeBucket(aws, 'no-lifecycle'))),
    holds: 'NoSuchLifecycleConfiguration 404',
  },
  'lifecycle-no-bucket': {
    fact: 'The lifecycle rules of a bucket that is not there are NoSuchBucket 404.',
    source: S3_ERRORS,
    run: (aws) => refusalOf(rulesOf(aws, NO_BUCKET)),
    holds: 'NoSuchBucket 404',
  },
  'lifecycle-set': {
    fact: 'Lifecycle rules come back as they were put.',
    source: s3Api('GetBucketLifecycleConfiguration'),
    run: async (aws) => {
      const bucket = await makeVersionedBucket(aws, 'lifecycle');
      await putRules(aws, bucket, endingAfter(1, 'old/'));
      return rulesOf(aws, bucket);
    },
    holds: [endingAfter(1, 'old/')],
  },
  'lifecycle-replaced': {
    fact: 'Lifecycle rules are replaced as a whole.',
    source: s3Api('PutBucketLifecycleConfiguration'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'lifecycle-replaced');
      await putRules(aws, bucket, endingAfter(1, 'first/'), endingAfter(2, 'second/'));
      await putRules(aws, bucket, endingAfter(3, 'third/'));
      return (await rulesOf(aws, bucket))?.map(({ ID }) => ID);
    },
    holds: ['third/ends'],
  },
  'lifecycle-days': {
    fact: 'A day is the least that a lifecycle rule counts: none is InvalidArgument 400.',
    source: issue('scality/Arsenal#2648'),
    run: async (aws) => refusalOf(putRules(aws, await makeBucket(aws, 'lifecycle-days'), endingAfter(0, 'old/'))),
    holds: 'InvalidArgument 400',
  },
});
