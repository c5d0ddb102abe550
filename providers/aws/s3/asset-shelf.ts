import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ClusterUid } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { AssetShelf } from '#host/asset-shelf.ts';
import { assert } from '#std/assert.ts';
import type { Disk } from '#std/disk.ts';
import { isFileError } from '#std/files.ts';
import { unlessAbsent, unlessExists } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { bucketNameOf } from './bucket.ts';
import { emptyBucket } from './empty-bucket.ts';
import { ASSETS } from './places.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;

interface BucketShelfOptions {
  readonly s3: AwsSession['s3'];
  readonly disk: Pick<Disk, 'readBytes'>;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** An object for each asset in the cluster's bucket, by its digest, which S3 compares with what it was sent. */
export class BucketShelf implements AssetShelf {
  readonly #s3: AwsSession['s3'];
  readonly #disk: BucketShelfOptions['disk'];

  constructor({ s3, disk }: BucketShelfOptions) {
    this.#s3 = s3;
    this.#disk = disk;
  }

  async has(context: Reading, sha256: string): Promise<boolean> {
    const command = new HeadObjectCommand(placeOf(context.cluster, sha256));
    return (await unlessAbsent(this.#s3.read(context, 'look for an asset', command))) !== undefined;
  }

  async put(context: Writing, { sha256, path }: { readonly sha256: string; readonly path: string }): Promise<void> {
    const command = new PutObjectCommand({
      ...placeOf(context.cluster, sha256),
      Body: await this.#bytesOf(path),
      ContentType: 'application/octet-stream',
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      IfNoneMatch: '*',
    });
    await unlessExists(this.#s3.mutate(context, 'put an asset on the shelf', command));
  }

  /** With the versions that the bucket keeps of it: an asset is large, and a digest brings it back. */
  async remove(context: Writing, sha256: string): Promise<void> {
    const { Bucket, Key } = placeOf(context.cluster, sha256);
    await unlessAbsent(emptyBucket({ s3: this.#s3 }, context, { Bucket, Prefix: Key }));
  }

  async #bytesOf(path: string): Promise<Uint8Array> {
    try {
      return await this.#disk.readBytes(path);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isGone = isFileError(error, 'absent');
      throw new CallError({ outcome: 'rejected', reason: isGone ? 'absent' : 'invalid', message, cause: error });
    }
  }
}

function placeOf(cluster: ClusterUid, sha256: string): { readonly Bucket: string; readonly Key: string } {
  assert(SHA256.test(sha256), 'A digest has 64 small hexadecimal digits.');
  return { Bucket: bucketNameOf(cluster), Key: `${ASSETS}${sha256}` };
}
