import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { BucketMailboxPlace } from '#cloud-init/user-data.ts';
import type { RoleKeys } from '../cloud-init/support/instance-metadata.ts';

const BUCKET = 'bootstrap-blog';

/** What the role of the machine `i-1` may do; without a right to list. */
export const OF_A_MACHINE = {
  Version: '2012-10-17',
  Statement: [
    allow(['s3:GetObject', 's3:PutObject'], 'mailbox/*/i-1/*'),
    allow(['s3:GetObject'], 'assets/*', 'peers.json'),
    allow(['s3:PutObject'], 'snapshots/*'),
  ],
};

type Config = S3ClientConfig & { readonly endpoint: string; readonly region: string };
type Keys = (seconds: number) => Promise<RoleKeys>;

/** The bucket of a cluster as its operator sees it, and how a machine of it comes to keys. */
export class MachineGround {
  readonly place: BucketMailboxPlace;
  readonly keysFor: Keys;
  readonly #s3: S3Client;

  constructor(config: Config, keysFor: Keys) {
    const { endpoint, region } = config;
    this.place = { bucket: BUCKET, region, endpoint };
    this.keysFor = keysFor;
    this.#s3 = new S3Client({ ...config, forcePathStyle: true });
  }

  async put(key: string, body: string | Uint8Array): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }

  async read(key: string): Promise<Uint8Array> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async list(prefix: string): Promise<readonly string[]> {
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${prefix}/` }));
    return Contents.map(({ Key = '' }) => Key.slice(prefix.length + 1)).toSorted();
  }
}

/** Keys of the role, as STS knows it. */
export function keysOf(config: Config, role: string): Keys {
  const sts = new STSClient(config);
  return async (seconds) => {
    const input: AssumeRoleCommandInput = { RoleArn: role, RoleSessionName: 'i-1', DurationSeconds: seconds };
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand(input));
    return {
      AccessKeyId: keys?.AccessKeyId ?? '',
      SecretAccessKey: keys?.SecretAccessKey ?? '',
      Token: keys?.SessionToken ?? '',
      Expiration: keys?.Expiration?.toISOString() ?? '',
    };
  };
}

/** Before anybody needs a role. */
export async function makeBucket(config: S3ClientConfig, location?: 'eu-west-3'): Promise<void> {
  const place = location === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: location } };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ...place }));
}

function allow(actions: readonly string[], ...keys: readonly string[]) {
  return { Effect: 'Allow', Action: actions, Resource: keys.map((key) => `arn:aws:s3:::${BUCKET}/${key}`) };
}
