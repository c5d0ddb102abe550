import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, issue, S3_ERRORS, s3Api } from '../sources.ts';
import { LocationConstraint, makeBucket, makeVersionedBucket, NO_BUCKET, put, versionsIn } from './scenery.ts';

type S3 = Pick<AwsClients, 's3'>;

const MISSING = 'NoSuchBucket 404';

async function deleteBucket({ s3 }: S3, Bucket: string): Promise<string> {
  return refusalOf(s3.send(new DeleteBucketCommand({ Bucket })));
}

/** Nobody reaches the bucket without TLS. */
function tlsOnly(bucket: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyOverTls',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}

function documentIn(text = '{}'): unknown {
  return JSON.parse(text);
}

const buckets = factsOf('s3', {
  'bucket-tagged': {
    fact: 'CreateBucket tags what it makes.',
    source: s3Api('CreateBucketConfiguration'),
    run: async ({ s3 }) => {
      const Bucket = 'bootstrap-fact-tagged';
      const Tags = [{ Key: 'bootstrap:cluster', Value: 'c1' }];
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint, Tags } }));
      return (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet;
    },
    holds: [{ Key: 'bootstrap:cluster', Value: 'c1' }],
  },
  'bucket-owned': {
    fact: 'Creating a bucket that one owns is BucketAlreadyOwnedByYou 409.',
    source: s3Api('CreateBucket'),
    run: async (aws) => {
      await makeBucket(aws, 'owned');
      return refusalOf(makeBucket(aws, 'owned'));
    },
    holds: 'BucketAlreadyOwnedByYou 409',
  },
  'bucket-owned-us-east-1': {
    fact: 'In us-east-1 creating a bucket that one owns is a success.',
    source: s3Api('CreateBucket'),
    run: async (_aws, judge) => {
      const { s3 } = judge.in('us-east-1');
      const make = () => refusalOf(s3.send(new CreateBucketCommand({ Bucket: 'bootstrap-fact-us-east-1' })));
      return [await make(), await make()];
    },
    holds: ['accepted', 'accepted'],
  },
  'bucket-constraint': {
    fact: 'The constraint must name the region that is asked: IllegalLocationConstraintException.',
    source: issue('aws/aws-parallelcluster#1190'),
    run: ({ s3 }) => {
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
      const asked = { Bucket: 'bootstrap-fact-constraint', CreateBucketConfiguration };
      return refusalOf(s3.send(new CreateBucketCommand(asked)));
    },
    holds: 'IllegalLocationConstraintException 400',
  },
  'bucket-name': {
    fact: 'A name with capitals is InvalidBucketName.',
    source: docs('AmazonS3/latest/userguide/bucketnamingrules.html'),
    run: ({ s3 }) => {
      const asked = { Bucket: 'Bootstrap-Fact', CreateBucketConfiguration: { LocationConstraint } } as const;
      return refusalOf(s3.send(new CreateBucketCommand(asked)));
    },
    holds: 'InvalidBucketName 400',
  },
  'bucket-listed': {
    fact: 'Buckets are listed by the head of their names and by region.',
    source: s3Api('ListBuckets'),
    run: async (aws) => {
      await makeBucket(aws, 'listed');
      const asked = { Prefix: 'bootstrap-fact-listed', BucketRegion: 'eu-west-3', MaxBuckets: 1_000 };
      const { Buckets, ContinuationToken } = await aws.s3.send(new ListBucketsCommand(asked));
      return [Buckets?.map(({ Name }) => Name), ContinuationToken];
    },
    holds: [['bootstrap-fact-listed'], undefined],
  },
  'bucket-missing': {
    fact: 'A bucket that is not there is NoSuchBucket 404 for a deletion.',
    source: S3_ERRORS,
    run: (aws) => deleteBucket(aws, NO_BUCKET),
    holds: MISSING,
  },
  'bucket-deleted-twice': {
    fact: 'An empty bucket is deleted once.',
    source: s3Api('DeleteBucket'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'deleted');
      return [await deleteBucket(aws, bucket), await deleteBucket(aws, bucket)];
    },
    holds: ['accepted', MISSING],
  },
  'bucket-not-empty': {
    fact: 'A bucket with an object is BucketNotEmpty 409.',
    source: docs('AmazonS3/latest/userguide/delete-bucket.html'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'not-empty');
      await put(aws, bucket, { Key: 'a' });
      return deleteBucket(aws, bucket);
    },
    holds: 'BucketNotEmpty 409',
  },
  'bucket-old-versions': {
    fact: 'A bucket with nothing but old versions and markers is BucketNotEmpty 409, until they are removed.',
    source: docs('AmazonS3/latest/userguide/delete-bucket.html'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'old-versions');
      await put(aws, Bucket, { Key: 'a' });
      await put(aws, Bucket, { Key: 'a' });
      await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } }));
      const before = await deleteBucket(aws, Bucket);
      const Objects = await versionsIn(aws, Bucket);
      await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      return [before, Objects.length, await deleteBucket(aws, Bucket)];
    },
    holds: ['BucketNotEmpty 409', 3, 'accepted'],
  },
});

const settings = factsOf('s3', {
  'tags-none': {
    fact: 'Without tags the tags are NoSuchTagSet 404.',
    source: s3Api('GetBucketTagging'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'no-tags');
      return refusalOf(aws.s3.send(new GetBucketTaggingCommand({ Bucket })));
    },
    holds: 'NoSuchTagSet 404',
  },
  'tags-replaced': {
    fact: 'Tags are replaced as a whole.',
    source: s3Api('PutBucketTagging'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'tags-replaced');
      const tag = (Key: string) =>
        aws.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key, Value: 'x' }] } }));
      await tag('first');
      await tag('second');
      return (await aws.s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet?.map(({ Key }) => Key);
    },
    holds: ['second'],
  },
  'tags-no-bucket': {
    fact: 'The tags of a bucket that is not there are NoSuchBucket 404.',
    source: S3_ERRORS,
    run: ({ s3 }) => refusalOf(s3.send(new GetBucketTaggingCommand({ Bucket: NO_BUCKET }))),
    holds: MISSING,
  },
  'versioning-none': {
    fact: 'A bucket that never kept versions answers without a status.',
    source: s3Api('GetBucketVersioning'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'no-versioning');
      return (await aws.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    },
    holds: undefined,
  },
  'versioning-enabled': {
    fact: 'A bucket that keeps versions says so.',
    source: s3Api('GetBucketVersioning'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'versioning');
      return (await aws.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    },
    holds: 'Enabled',
  },
  'versioning-no-bucket': {
    fact: 'The versioning of a bucket that is not there is NoSuchBucket 404.',
    source: S3_ERRORS,
    run: ({ s3 }) => refusalOf(s3.send(new GetBucketVersioningCommand({ Bucket: NO_BUCKET }))),
    holds: MISSING,
  },
  'encryption-default': {
    fact: 'A new bucket encrypts with a key of S3.',
    source: docs('AmazonS3/latest/userguide/default-encryption-faq.html'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'plain');
      const { ServerSideEncryptionConfiguration: seen } = await aws.s3.send(new GetBucketEncryptionCommand({ Bucket }));
      return seen?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    },
    holds: 'AES256',
  },
  'encryption-own-key': {
    fact: 'A bucket tells the key it encrypts under, and whether it asks for it once for many objects.',
    source: s3Api('GetBucketEncryption'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'own-key');
      const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
      const KMSMasterKeyID = KeyMetadata?.Arn ?? '';
      const wanted = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } as const;
      const Rules = [{ ApplyServerSideEncryptionByDefault: wanted, BucketKeyEnabled: true }];
      const ServerSideEncryptionConfiguration = { Rules };
      await aws.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
      const answer = await aws.s3.send(new GetBucketEncryptionCommand({ Bucket }));
      const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
      const seen = rule?.ApplyServerSideEncryptionByDefault;
      return [seen?.SSEAlgorithm, seen?.KMSMasterKeyID === KMSMasterKeyID, rule?.BucketKeyEnabled];
    },
    holds: ['aws:kms', true, true],
  },
  'access-default': {
    fact: 'A new bucket is closed to the public in all four ways.',
    source: docs('AmazonS3/latest/userguide/create-bucket-faq.html'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'closed-by-default');
      const { PublicAccessBlockConfiguration: seen } = await aws.s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      return seen;
    },
    holds: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  },
  'access-set': {
    fact: 'PutPublicAccessBlock sets all four switches; what is not named is off.',
    source: s3Api('PublicAccessBlockConfiguration'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'half-closed');
      const PublicAccessBlockConfiguration = { BlockPublicAcls: true, IgnorePublicAcls: true };
      await aws.s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      const { PublicAccessBlockConfiguration: seen } = await aws.s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      return seen;
    },
    holds: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    },
  },
  'policy-none': {
    fact: 'Without a policy the policy is NoSuchBucketPolicy 404.',
    source: S3_ERRORS,
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'no-policy');
      return refusalOf(aws.s3.send(new GetBucketPolicyCommand({ Bucket })));
    },
    holds: 'NoSuchBucketPolicy 404',
  },
  'policy-set': {
    fact: 'A policy comes back as a document of the same meaning.',
    source: s3Api('GetBucketPolicy'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'policy');
      const Policy = tlsOnly(Bucket);
      await aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      return documentIn((await aws.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy);
    },
    holds: documentIn(tlsOnly('bootstrap-fact-policy')),
  },
  'policy-malformed': {
    fact: 'What is no policy is MalformedPolicy 400.',
    source: S3_ERRORS,
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'malformed-policy');
      return refusalOf(aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: 'no JSON' })));
    },
    holds: 'MalformedPolicy 400',
  },
  'policy-condition': {
    fact: 'A denial counts only where its condition holds: a write with If-None-Match is let through.',
    source: docs('AmazonS3/latest/userguide/conditional-writes-enforce.html'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'policy-condition');
      const Statement = [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${Bucket}/state/*`,
          Condition: { Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' } },
        },
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      return refusalOf(put(aws, Bucket, { Key: 'state/head', IfNoneMatch: '*' }));
    },
    holds: 'accepted',
  },
});

export const bucketFacts = [...buckets, ...settings];
