import { partitionOf } from '../partition.ts';
import { ASSETS, MAILBOX, PEERS, SNAPSHOTS } from '../s3/places.ts';

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
  readonly bucket: string;
  /** ARN of the key that encrypts the bucket. */
  readonly key: string;
  readonly bringsSnapshots: boolean;
}

/** Who may take the role: machines. */
export function machinesTrust(region: string): PolicyDocument {
  const { machines } = partitionOf(region);
  return policy({ Effect: 'Allow', Principal: { Service: machines }, Action: 'sts:AssumeRole' });
}

/** What a machine may leave in its own mailbox; all else in it is the program's word. */
const FROM_MACHINE = ['hello', 'failed', 'left', 'stage-*', 'renewed-*', 'refused-*', 'updated-*', 'halted-*'];
/** What it may read there. */
const FOR_MACHINE = ['welcome', 'leave', 'renewal-*', 'update-*'];

/**
 * What machines of a role may do, in the cluster's own bucket should it still be in this account:
 *
 * | with                       | what        | because                                                        |
 * |----------------------------|-------------|----------------------------------------------------------------|
 * | what machines fetch, and the list of peers | read | each is checked by its digest, or public among them  |
 * | its own mailbox            | read what is for it | another machine's welcome holds that one's secrets     |
 * |                            | write each of its letters once | nobody who has its credentials speaks in its stead later |
 * | snapshots, where it is to bring any | write each once | what has been brought is not written over      |
 * | the key                    | by way of S3 | with nothing else does it have any business                   |
 *
 * Nobody may list or remove anything: so for what is not there S3 answers 403.
 */
export function accessPolicy({ bucket, key, bringsSnapshots }: Reach): PolicyDocument {
  const { region, account } = placeOf(key);
  const arn = bucketArn(bucket, region);
  // AWS puts in the machine from which the request comes.
  const box = `${arn}/${MAILBOX}\${ec2:SourceInstanceARN}`;
  const boxed = (names: readonly string[]): readonly string[] => names.map((name) => `${box}/${name}`);
  const here = { StringEquals: { 'aws:ResourceAccount': account } };
  return policy(
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: [`${arn}/${ASSETS}*`, `${arn}/${PEERS}`, ...boxed(FOR_MACHINE)],
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: [...boxed(FROM_MACHINE), ...(bringsSnapshots ? [`${arn}/${SNAPSHOTS}*`] : [])],
      Condition: { ...here, Null: { 's3:if-none-match': 'false' } },
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: key,
      Condition: { StringEquals: { 'kms:ViaService': partitionOf(region).hostsOf('s3', region) } },
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
