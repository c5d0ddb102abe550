import {
  type CreateBucketCommand,
  type CreateBucketCommandOutput,
  GetBucketTaggingCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { onBehalf } from './on-behalf.ts';

type Birth = 'absent' | 'begun' | 'born';

/**
 * AWS makes a bucket with its tags in one request; an emulator may forget them. Here they follow in a second one, and a
 * bucket that lacks them is not there yet: so a program that died between the two finds what it would find at AWS.
 */
export class BucketBirths {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #born = new Set<string>();

  constructor(s3: Pick<S3Client, 'send'>) {
    this.#s3 = s3;
  }

  async create(command: CreateBucketCommand): Promise<CreateBucketCommandOutput> {
    const { Bucket = '', CreateBucketConfiguration } = command.input;
    const TagSet = CreateBucketConfiguration?.Tags ?? [];
    const birth = TagSet.length === 0 ? 'born' : await this.of(Bucket);
    const answer = birth === 'begun' ? { $metadata: {} } : await this.#s3.send(command);
    if (birth === 'born') return answer;
    const tagging = new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } });
    onBehalf(tagging);
    await this.#s3.send(tagging);
    return answer;
  }

  async of(Bucket: string): Promise<Birth> {
    if (this.#born.has(Bucket)) return 'born';
    const command = new GetBucketTaggingCommand({ Bucket });
    onBehalf(command);
    try {
      await this.#s3.send(command);
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === 'NoSuchBucket') return 'absent';
      if (name === 'NoSuchTagSet') return 'begun';
      throw error;
    }
    this.#born.add(Bucket);
    return 'born';
  }
}
