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
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Reach {
  readonly bucket: string;
  /** ARN of the key that encrypts the bucket, and wraps the state's own key. */
  readonly key: string;
}

/** Who may take the role: machines. */
export const MACHINES_TRUST: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/**
 * The whole bucket, and its key. Nobody may remove versions: what a machine takes out or replaces can be brought back.
 * Without the right to list, S3 answers 403 for what is not there.
 */
export function accessPolicy({ bucket, key }: Reach): PolicyDocument {
  const arn = bucketArn(bucket);
  return policy(
    {
      Effect: 'Allow',
      Action: ['s3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:ListBucket'],
      Resource: arn,
    },
    { Effect: 'Allow', Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], Resource: `${arn}/*` },
    { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: key },
  );
}

export function policy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}
