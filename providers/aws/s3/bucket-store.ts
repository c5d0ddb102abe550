import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isObjectKey } from '#state/object-keys.ts';
import { isStoreError, type ObjectStore, StoreError, type Stored } from '#state/object-store.ts';
import { assert } from '#std/assert.ts';
import type { Clock } from '#std/clock.ts';
import { everyPage } from '../every-page.ts';
import { storeErrorOf } from './store-errors.ts';

interface BucketStoreOptions {
  readonly client: Pick<S3Client, 'send'>;
  readonly bucket: string;
  readonly clock: Clock;
  /** How long one request may take. */
  readonly callMs: number;
}

const STATE = 'state/';

/** Given as reasons because an abort without one makes an exception with a stack, for every request. */
const ANSWERED = 'answered';
const TOO_LATE = 'too late';

/** A state in a bucket: S3 compares and swaps by ETag. Every request is sent once; whoever asked decides what comes next. */
export class BucketStore implements ObjectStore {
  readonly location: string;
  readonly #options: BucketStoreOptions;

  constructor(options: BucketStoreOptions) {
    this.location = `s3://${options.bucket}/${STATE}`;
    this.#options = options;
  }

  readRegister(key: string): Promise<Stored | undefined> {
    return this.#read(key);
  }

  async swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected };
    try {
      return await this.#write(key, body, condition);
    } catch (error) {
      // There is nothing any more that could have the expected tag.
      if (isMissing(error)) throw new StoreError('precondition', `${key} is not there.`, error);
      throw error;
    }
  }

  async createObject(key: string, body: string): Promise<void> {
    await this.#write(key, body, { IfNoneMatch: '*' });
  }

  async readObject(key: string): Promise<string | undefined> {
    return (await this.#read(key))?.body;
  }

  async listObjects(prefix: string, after?: string): Promise<readonly string[]> {
    const { client, bucket } = this.#options;
    const asked = {
      Bucket: bucket,
      Prefix: `${STATE}${prefix}`,
      ...(after === undefined ? {} : { StartAfter: `${STATE}${after}` }),
    };
    const keys = await everyPage((ContinuationToken) =>
      this.#send(async (options) => {
        const page = await client.send(new ListObjectsV2Command({ ...asked, ContinuationToken }), options);
        const items = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(STATE.length));
        return { items, next: page.NextContinuationToken };
      }),
    );
    return keys.filter(isObjectKey);
  }

  /** The bucket refuses to remove state without a condition, so that removed is what was looked at, or nothing. */
  async removeObject(key: string): Promise<void> {
    const { client } = this.#options;
    const place = this.#place(key);
    try {
      const { ETag } = await this.#send((options) => client.send(new HeadObjectCommand(place), options));
      await this.#send((options) => client.send(new DeleteObjectCommand({ ...place, IfMatch: ETag }), options));
    } catch (error) {
      if (isMissing(error)) return this.#confirmMissing(key);
      if (isStoreError(error, 'precondition')) throw new StoreError('conflict', `${key} was written meanwhile.`, error);
      throw error;
    }
  }

  async #read(key: string): Promise<Stored | undefined> {
    const { client } = this.#options;
    try {
      return await this.#send(async (options) => {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand(this.#place(key)), options);
        return { body: (await Body?.transformToString()) ?? '', tag: ETag };
      });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.#confirmMissing(key);
      return undefined;
    }
  }

  /**
   * For a while after a bucket has begun to keep versions a read may miss what was written since. To take that for "not
   * there" would be to lose a state: so the listing is asked as well, and who is told of a doubt asks again.
   */
  async #confirmMissing(key: string): Promise<void> {
    const { client } = this.#options;
    const { Bucket, Key } = this.#place(key);
    const command = new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 });
    const { Contents } = await this.#send((options) => client.send(command, options));
    if (Contents?.[0]?.Key !== Key) return;
    throw new StoreError('unavailable', `${key} is listed, and its read does not find it (yet).`);
  }

  async #write(key: string, body: string, condition: Condition): Promise<string> {
    const { client } = this.#options;
    const ContentType = 'application/json';
    const command = new PutObjectCommand({ ...this.#place(key), Body: body, ContentType, ...condition });
    const { ETag } = await this.#send((options) => client.send(command, options));
    if (ETag === undefined) throw new StoreError('ambiguous', `${key} was written and its tag not told.`);
    return ETag;
  }

  #place(key: string): { Bucket: string; Key: string } {
    assert(isObjectKey(key), `A key is made of words, slashes and an extension: ${key}`);
    return { Bucket: this.#options.bucket, Key: `${STATE}${key}` };
  }

  async #send<Answer>(request: (options: { abortSignal: AbortSignal }) => Promise<Answer>): Promise<Answer> {
    const { clock, callMs } = this.#options;
    const answered = new AbortController();
    const tooLate = new AbortController();
    const { promise: cut, reject } = Promise.withResolvers<never>();
    clock.sleep(callMs, answered.signal).then(
      () => {
        reject(new StoreError('ambiguous', `No answer within ${callMs} ms.`));
        tooLate.abort(TOO_LATE);
      },
      () => undefined,
    );
    try {
      return await Promise.race([request({ abortSignal: tooLate.signal }), cut]);
    } catch (error) {
      throw storeErrorOf(error);
    } finally {
      answered.abort(ANSWERED);
    }
  }
}

type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: string };

/** The object is not there; that the whole bucket is not is another matter. */
function isMissing(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : undefined;
  return cause instanceof Error && MISSING.has(cause.name);
}

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound']);
