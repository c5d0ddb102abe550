import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoxContents, Letter, Mailbox } from '#host/mailbox.ts';
import { answered, unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { type Asking, SharedListing } from '../shared-listing.ts';
import { prefixOfBox, prefixOfBoxes } from './boxes.ts';
import { bucketNameOf } from './bucket.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;

interface BucketMailboxOptions extends Pick<AwsSession, 's3' | 'accounts' | 'region'> {
  /** Whether the provider still has the machine that owns the box. */
  readonly machineOf: (context: Reading, box: string) => Promise<BoxContents['machine']>;
}

/** The tags of the letters in each box, by name. */
type Boxes = Map<string, Map<string, string>>;

interface ListedLetter {
  /** Behind what all boxes begin with. */
  readonly place: string;
  readonly tag: string;
}

/**
 * Mailboxes in the cluster's bucket. One listing tells all who look what is in every box, and by its tags whether a letter
 * is the one that was read before.
 */
export class BucketMailbox implements Mailbox {
  readonly #aws: BucketMailboxOptions;
  readonly #machineOf: BucketMailboxOptions['machineOf'];
  readonly #listing: SharedListing<string, ListedLetter>;
  readonly #sorted = new WeakMap<readonly ListedLetter[], Boxes>();
  readonly #bodies = new Map<string, string>();
  #latest: Boxes = new Map();

  constructor(options: BucketMailboxOptions) {
    this.#aws = options;
    this.#machineOf = options.machineOf;
    this.#listing = new SharedListing(async (context, Bucket, ContinuationToken) => {
      const Prefix = await prefixOfBoxes(options, context);
      const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
      const page = await options.s3.read(context, 'look into the mailboxes', command);
      const contents = page.Contents ?? [];
      const items = contents.map(({ Key = '', ETag: tag = '' }) => ({ place: Key.slice(Prefix.length), tag }));
      return { items, next: page.NextContinuationToken };
    });
  }

  async look(context: Reading, box: string): Promise<BoxContents> {
    const bucket = bucketNameOf(context.cluster);
    const [listed, machine] = await Promise.all([
      unlessAbsent(this.#listing.ask(context, bucket, bucket)),
      this.#machineOf(context, box),
    ]);
    // Where the bucket is gone, as in the middle of a deletion, nobody has anything to say any more.
    this.#latest = this.#sort(listed ?? []);
    return { letters: [...(this.#latest.get(box)?.keys() ?? [])].toSorted(), machine };
  }

  /** Once for all who have asked for the same listing. */
  #sort(listed: readonly ListedLetter[]): Boxes {
    const known = this.#sorted.get(listed);
    if (known !== undefined) return known;
    const boxes: Boxes = new Map();
    for (const { place, tag } of listed) {
      const [box = '', letter = '', ...deeper] = place.split('/');
      // No letter lies deeper: a machine could have put there what looks like one of ours.
      if (deeper.length > 0) continue;
      const letters = boxes.get(box) ?? new Map<string, string>();
      boxes.set(box, letters.set(letter, tag));
    }
    this.#sorted.set(listed, boxes);
    return boxes;
  }

  async read(context: Reading, box: string, letter: string): Promise<string | undefined> {
    const Key = await this.#keyOf(context, box, letter);
    const known = this.#bodies.get(`${Key} ${this.#latest.get(box)?.get(letter)}`);
    if (known !== undefined) return known;
    const command = new GetObjectCommand({ Bucket: bucketNameOf(context.cluster), Key });
    const bodyOf = async ({ Body, ETag }: GetObjectCommandOutput): Promise<string> => {
      const body = answered(await Body?.transformToString(), 'Body');
      this.#bodies.set(`${Key} ${ETag}`, body);
      return body;
    };
    return unlessAbsent(this.#aws.s3.readWhole(context, `read the letter ${letter}`, command, bodyOf));
  }

  async write(context: Writing, box: string, { name, body }: Letter): Promise<void> {
    const place = { Bucket: bucketNameOf(context.cluster), Key: await this.#keyOf(context, box, name) };
    const command = new PutObjectCommand({ ...place, Body: body, ContentType: 'application/json', IfNoneMatch: '*' });
    await this.#aws.s3.mutate(context, `leave the letter ${name}`, command);
  }

  async remove(context: Writing, box: string, letters: readonly string[]): Promise<void> {
    for (const letter of letters) {
      this.#latest.get(box)?.delete(letter);
      const Key = await this.#keyOf(context, box, letter);
      const command = new DeleteObjectCommand({ Bucket: bucketNameOf(context.cluster), Key });
      await unlessAbsent(this.#aws.s3.remove(context, `take out the letter ${letter}`, command));
    }
  }

  async #keyOf(context: Asking, box: string, letter: string): Promise<string> {
    return `${await prefixOfBox(this.#aws, context, box)}${letter}`;
  }
}
