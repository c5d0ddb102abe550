import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ClusterUid } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoardRegister } from '#host/shared-peer-board.ts';
import type { Clock } from '#std/clock.ts';
import { answered, unlessAbsent, unlessExists } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { type Asking, SharedListing } from '../shared-listing.ts';
import { bucketNameOf } from './bucket.ts';
import { PEERS } from './places.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'mutate'>;

interface StoredBoard {
  readonly text: string;
  readonly tag: string;
}

/** Longer than anything written stays unseen. */
const LOOKS_MAX = 40;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 5_000;

/** The peers of each cluster in its bucket: S3 compares and swaps by ETag. All who look at one moment share one request. */
export class BucketBoard implements BoardRegister {
  readonly #s3: AwsSession['s3'];
  readonly #reads: SharedListing<string, StoredBoard>;

  constructor(s3: AwsSession['s3'], clock: Clock) {
    this.#s3 = s3;
    this.#reads = new SharedListing(async (context, Bucket) => {
      const stored = await look({ s3, clock }, context, Bucket);
      return { items: stored === undefined ? [] : [stored], next: undefined };
    });
  }

  async read(context: Reading): Promise<StoredBoard | undefined> {
    const bucket = bucketNameOf(context.cluster);
    const [stored] = await this.#reads.ask(context, bucket, bucket);
    return stored;
  }

  async swap(context: Writing, text: string, expected: string | undefined): Promise<boolean> {
    const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected };
    const place = placeIn(context.cluster);
    const command = new PutObjectCommand({ ...place, Body: text, ContentType: 'application/json', ...condition });
    const written = await unlessExists(this.#s3.mutate(context, 'write the list of peers', command));
    return written !== undefined;
  }
}

function placeIn(cluster: ClusterUid) {
  return { Bucket: bucketNameOf(cluster), Key: PEERS };
}

interface Sight {
  readonly s3: AwsSession['s3'];
  readonly clock: Clock;
}

/**
 * For a while after a bucket has begun to keep versions a read may miss what was written since: what the listing shows
 * is there, and is read again.
 */
async function look({ s3, clock }: Sight, context: Asking, Bucket: string): Promise<StoredBoard | undefined> {
  for (let round = 0; round < LOOKS_MAX; round += 1) {
    const stored = await unlessAbsent(readBoard(s3, context, Bucket));
    if (stored !== undefined || !(await isListed(s3, context, Bucket))) return stored;
    await clock.sleep(Math.min(PAUSE_FIRST_MS * 2 ** round, PAUSE_MAX_MS), context.signal);
  }
  throw new CallError({ outcome: 'not-yet', message: 'The list of peers is there, and cannot be read yet.' });
}

function readBoard(s3: AwsSession['s3'], context: Asking, Bucket: string): Promise<StoredBoard> {
  const command = new GetObjectCommand({ Bucket, Key: PEERS });
  return s3.readWhole(context, 'read the list of peers', command, async ({ Body, ETag }) => {
    const text = answered(await Body?.transformToString(), 'Body');
    return { text, tag: answered(ETag, 'ETag') };
  });
}

async function isListed(s3: AwsSession['s3'], context: Asking, Bucket: string): Promise<boolean> {
  const command = new ListObjectsV2Command({ Bucket, Prefix: PEERS, MaxKeys: 1 });
  const listed = await unlessAbsent(s3.read(context, 'look for the list of peers', command));
  return listed?.Contents?.[0]?.Key === PEERS;
}
