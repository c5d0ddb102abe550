import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { AwsClients } from '#providers/aws/clients.ts';
import { refusalOf } from '../refusal.ts';

type S3 = Pick<AwsClients, 's3'>;

export const LocationConstraint = 'eu-west-3';
export const NO_BUCKET = 'bootstrap-nobody-has-this-one';

/** Names of buckets are shared by all accounts, so every fact has one of its own. */
export async function makeBucket({ s3 }: S3, name: string): Promise<string> {
  const Bucket = `bootstrap-fact-${name}`;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
  return Bucket;
}

export async function makeVersionedBucket(aws: S3, name: string): Promise<string> {
  const Bucket = await makeBucket(aws, name);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
}

export async function put(
  { s3 }: S3,
  Bucket: string,
  object: Partial<PutObjectCommandInput> & { readonly Key: string },
): Promise<string> {
  const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Body: 'a body', ...object }));
  return ETag;
}

export async function refusalOfPut(
  aws: S3,
  Bucket: string,
  object: Partial<PutObjectCommandInput> & { readonly Key: string },
): Promise<string> {
  return refusalOf(put(aws, Bucket, object));
}

/** Every version and marker, as a deletion names them. */
export async function versionsIn({ s3 }: S3, Bucket: string): Promise<ObjectIdentifier[]> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
}
