import { partitionOf } from '../partition.ts';

/** An IAM document, as plain data: compared as data, never as text. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string>>;
  readonly Action: readonly string[] | string;
  readonly Resource?: readonly string[] | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;
}

export interface Reach {
  readonly cluster: string;
  readonly bucket: string;
  /** ARN of the key that encrypts the bucket, and wraps the state's own key. */
  readonly key: string;
}

/** Who may take the role: machines. */
export function machinesTrust(region: string): PolicyDocument {
  const { machines } = partitionOf(region);
  return policy({ Effect: 'Allow', Principal: { Service: machines }, Action: 'sts:AssumeRole' });
}

/**
 * The cluster's own bucket, should it still be in this account, and its key: by way of S3 for what lies in the bucket, and
 * directly for this cluster's state alone. Nobody may remove versions: what a machine takes out or replaces can be
 * brought back. Without the right to list, S3 answers 403 for what is not there.
 */
export function accessPolicy({ cluster, bucket, key }: Reach): PolicyDocument {
  const { region, account } = placeOf(key);
  const arn = bucketArn(bucket, region);
  const here = { StringEquals: { 'aws:ResourceAccount': account } };
  return policy(
    {
      Effect: 'Allow',
      Action: ['s3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:ListBucket'],
      Resource: arn,
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      Resource: `${arn}/*`,
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: key,
      Condition: { StringEquals: { 'kms:ViaService': partitionOf(region).hostsOf('s3', region) } },
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt'],
      Resource: key,
      Condition: { StringEquals: { 'kms:EncryptionContext:bootstrap:cluster': cluster } },
    },
  );
}

export function policy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function bucketArn(bucket: string, region: string): string {
  return `arn:${partitionOf(region).id}:s3:::${bucket}`;
}

function placeOf(arn: string): { readonly region: string; readonly account: string } {
  const [, , , region = '', account = ''] = arn.split(':');
  return { region, account };
}
