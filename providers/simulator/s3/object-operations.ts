import { z } from 'zod';
import { sha256 } from '#std/hash.ts';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { checkUsable } from '../kms/key.ts';
import { defineOperation } from '../operation.ts';
import { type Bucket, BUCKETS, bucketOf } from './bucket.ts';
import { bodyOf, type Content, packed } from './content.ts';
import { Key } from './inputs.ts';
import {
  isStored,
  nextOrdinal,
  objectAt,
  type StoredObject,
  storeVersions,
  type Version,
  versionsOf,
} from './versions.ts';

const LATENCY_MS = [10, 60] as const;

const putObject = defineOperation({
  name: 'PutObject',
  input: z.strictObject({
    Bucket: z.string(),
    Key,
    Body: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
    ContentType: z.string().optional(),
    Metadata: z.record(z.string(), z.string()).optional(),
    IfMatch: z.string().optional(),
    IfNoneMatch: z.literal('*').optional(),
    ServerSideEncryption: z.enum(['AES256', 'aws:kms']).optional(),
    SSEKMSKeyId: z.string().optional(),
    ChecksumSHA256: z.string().optional(),
  }),
  latencyMs: LATENCY_MS,
  run({ Bucket: name, Key: key, ...input }, desk) {
    const bucket = bucketOf(desk, name);
    checkContent(input.Body ?? '', input.ChecksumSHA256);
    checkConditions(desk, objectAt(desk, bucket, key), input);
    const encryption = sealingOf(bucket, input.ServerSideEncryption, input.SSEKMSKeyId);
    checkSealing(desk, encryption.kmsKeyId);
    const content = packed(input.Body ?? '', {
      type: input.ContentType,
      metadata: input.Metadata,
      kmsKeyId: encryption.kmsKeyId,
    });
    const versions = versionsOf(desk, bucket, key);
    const added: Version = {
      key,
      ordinal: nextOrdinal(versions),
      versionId: keepsVersions(desk, bucket) ? desk.chance.hex(32) : 'null',
      atMs: desk.nowMs,
      content,
      tags: {},
    };
    storeVersions(desk, bucket, key, withVersion(versions, added));
    return { ETag: content.etag, ...versionIdOf(added), ...sealOf(content) };
  },
});

/** Whoever says what the content adds up to is refused when something else has arrived. */
function checkContent(body: string | Uint8Array, digest: string | undefined): void {
  if (digest === undefined || digest === sha256(Buffer.from(body)).toString('base64')) return;
  const message = 'The SHA256 you specified did not match the calculated checksum.';
  throw fault('BadDigest', message, 400);
}

/** That a bucket keeps versions is a setting too, and reaches those who write by and by. */
export function keepsVersions(desk: Desk, bucket: Bucket): boolean {
  return (desk.view(BUCKETS).get(bucket.name) ?? bucket).versioning === 'Enabled';
}

/** The version `null` exists once: another one takes its place. */
export function withVersion(versions: readonly Version[], added: Version): readonly Version[] {
  const newest = versions.at(-1);
  if (added.versionId !== 'null') return [...versions, added];
  if (newest?.versionId === 'null') return [...versions.slice(0, -1), { ...added, ordinal: newest.ordinal }];
  return [...versions.filter(({ versionId }) => versionId !== 'null'), added];
}

interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: '*' | undefined;
}

/**
 * | condition    | nothing there | same tag | other tag |
 * |--------------|---------------|----------|-----------|
 * | If-None-Match| goes on       | 412      | 412       |
 * | If-Match     | 404           | goes on  | 412       |
 */
export function checkConditions(desk: Desk, found: StoredObject | undefined, conditions: Conditions): void {
  const { IfMatch, IfNoneMatch } = conditions;
  if (IfMatch === undefined && IfNoneMatch === undefined) return;
  if (desk.chance.happens(desk.weather.conflict)) {
    const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.';
    throw fault('ConditionalRequestConflict', message, 409);
  }
  if (IfNoneMatch !== undefined && found !== undefined) throw preconditionFailed();
  if (IfMatch === undefined) return;
  if (found === undefined) throw noSuchKey();
  if (!isTag(found, IfMatch)) throw preconditionFailed();
}

/** A tag is accepted with its quotes and without them. */
function isTag({ content: { etag } }: StoredObject, asked: string): boolean {
  return asked === '*' || asked === etag || `"${asked}"` === etag;
}

const ReadInput = z.strictObject({
  Bucket: z.string(),
  Key,
  VersionId: z.string().optional(),
  IfMatch: z.string().optional(),
});

const getObject = defineOperation({
  name: 'GetObject',
  input: ReadInput,
  latencyMs: LATENCY_MS,
  run(input, desk) {
    const bucket = bucketOf(desk, input.Bucket);
    const object = findForReading(desk, bucket, input) ?? missing(input.VersionId);
    checkReading(object, input.IfMatch);
    checkSealing(desk, object.content.kmsKeyId);
    return { Body: bodyOf(object.content), ...headOf(object) };
  },
});

const headObject = defineOperation({
  name: 'HeadObject',
  input: ReadInput,
  latencyMs: LATENCY_MS,
  run(input, desk) {
    const bucket = desk.truth(BUCKETS).get(input.Bucket);
    const object = bucket && findForReading(desk, bucketOf(desk, input.Bucket), input);
    // The answer to a HEAD has no body, so that the SDK cannot say which thing was not found.
    if (object === undefined) throw fault('NotFound', 'UnknownError', 404);
    checkReading(object, input.IfMatch);
    return headOf(object);
  },
});

function findForReading(
  desk: Desk,
  bucket: Bucket,
  { Key: key, VersionId }: z.output<typeof ReadInput>,
): StoredObject | undefined {
  if (VersionId === undefined) {
    const object = objectAt(desk, bucket, key);
    return object !== undefined && isUnseen(desk, bucket, object) ? undefined : object;
  }
  const version = versionsOf(desk, bucket, key).find(({ versionId }) => versionId === VersionId);
  if (version === undefined) return undefined;
  if (isStored(version)) return version;
  throw fault('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
}

/** While a bucket begins to keep versions, readers may be sent where the first of them are not known yet. */
function isUnseen(
  { nowMs, chance, weather }: Desk,
  { versionsSinceMs = Infinity }: Bucket,
  object: StoredObject,
): boolean {
  const isYoung = nowMs - versionsSinceMs < weather.lagMs && object.atMs >= versionsSinceMs;
  return isYoung && chance.happens(weather.versionsUnseen);
}

function missing(versionId: string | undefined): never {
  if (versionId === undefined) throw noSuchKey();
  throw fault('NoSuchVersion', 'The specified version does not exist.', 404);
}

function checkReading(object: StoredObject, ifMatch: string | undefined): void {
  if (ifMatch !== undefined && !isTag(object, ifMatch)) throw preconditionFailed();
}

function headOf(object: StoredObject): object {
  const { content, atMs } = object;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(Math.floor(atMs / 1_000) * 1_000),
    ContentLength: content.bytes,
    ETag: content.etag,
    ContentType: content.type,
    Metadata: content.metadata,
    ...versionIdOf(object),
    ...sealOf(content),
  };
}

function versionIdOf({ versionId }: Version): object {
  return versionId === 'null' ? {} : { VersionId: versionId };
}

function sealOf({ kmsKeyId }: Content): object {
  return kmsKeyId === undefined
    ? { ServerSideEncryption: 'AES256' }
    : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId };
}

function sealingOf(
  { encryption }: Bucket,
  asked: Bucket['encryption']['algorithm'] | undefined,
  key: string | undefined,
): { readonly kmsKeyId: string | undefined } {
  const algorithm = asked ?? encryption.algorithm;
  return { kmsKeyId: algorithm === 'aws:kms' ? (key ?? encryption.kmsKeyId) : undefined };
}

/** S3 passes on what the key service says, under a name of its own. */
function checkSealing(desk: Desk, kmsKeyId: string | undefined): void {
  if (kmsKeyId === undefined) return;
  try {
    checkUsable(desk, kmsKeyId);
  } catch (error) {
    if (error instanceof Error) throw fault(`KMS.${error.name}`, error.message);
    throw error;
  }
}

export function preconditionFailed(): AwsFault {
  return fault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}

function noSuchKey(): AwsFault {
  return fault('NoSuchKey', 'The specified key does not exist.', 404);
}

export const OBJECT_OPERATIONS = [putObject, getObject, headObject] as const;
