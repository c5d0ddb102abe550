import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf } from './bucket.ts';
import { isStored, objectsIn, type Version, versionsIn } from './versions.ts';

const PAGE_MAX = 1_000;

const MaxKeys = z.int().nonnegative().optional();

const listObjects = defineOperation({
  name: 'ListObjectsV2',
  input: z.strictObject({
    Bucket: z.string(),
    Prefix: z.string().optional(),
    StartAfter: z.string().optional(),
    ContinuationToken: z.string().optional(),
    MaxKeys,
  }),
  run({ Bucket: name, Prefix = '', StartAfter = '', ContinuationToken, MaxKeys: size }, desk) {
    const bucket = bucketOf(desk, name);
    const after = ContinuationToken === undefined ? StartAfter : readToken(ContinuationToken);
    const fits = pageSize(desk, size);
    const objects = [...objectsIn(desk, bucket, { prefix: Prefix, after }).take(fits + 1)];
    const page = objects.slice(0, fits);
    const isTruncated = page.length > 0 && page.length < objects.length;
    const last = page.at(-1);
    return {
      Name: name,
      Prefix,
      MaxKeys: size ?? PAGE_MAX,
      KeyCount: page.length,
      IsTruncated: isTruncated,
      ...(page.length === 0 ? {} : { Contents: page.map((object) => ({ Key: object.key, ...factsOf(object) })) }),
      ...(isTruncated && last !== undefined ? { NextContinuationToken: writeToken(last.key) } : {}),
    };
  },
});

const listObjectVersions = defineOperation({
  name: 'ListObjectVersions',
  input: z.strictObject({
    Bucket: z.string(),
    Prefix: z.string().optional(),
    KeyMarker: z.string().optional(),
    VersionIdMarker: z.string().optional(),
    MaxKeys,
  }),
  run({ Bucket: name, Prefix = '', KeyMarker, VersionIdMarker, MaxKeys: size }, desk) {
    if (VersionIdMarker !== undefined && KeyMarker === undefined) {
      throw fault('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
    }
    const all = versionsIn(desk, bucketOf(desk, name), Prefix);
    const left = all.slice(firstAfter(all, KeyMarker, VersionIdMarker));
    const page = left.slice(0, pageSize(desk, size));
    const isTruncated = page.length > 0 && page.length < left.length;
    const last = page.at(-1);
    const newest = new Set(all.filter((version, index) => all[index - 1]?.key !== version.key));
    const entryOf = (version: Version) => ({
      Key: version.key,
      VersionId: version.versionId,
      IsLatest: newest.has(version),
      ...factsOf(version),
    });
    const [stored, markers] = [page.filter(isStored), page.filter((version) => !isStored(version))];
    return {
      Name: name,
      Prefix,
      MaxKeys: size ?? PAGE_MAX,
      IsTruncated: isTruncated,
      ...(stored.length === 0 ? {} : { Versions: stored.map(entryOf) }),
      ...(markers.length === 0 ? {} : { DeleteMarkers: markers.map(entryOf) }),
      ...(isTruncated && last !== undefined ? { NextKeyMarker: last.key, NextVersionIdMarker: last.versionId } : {}),
    };
  },
});

/** Without a version the marker stands behind all versions of its key. */
function firstAfter(all: readonly Version[], key: string | undefined, versionId: string | undefined): number {
  if (key === undefined) return 0;
  const marked = all.findIndex((version) => version.key === key && version.versionId === versionId);
  if (marked !== -1) return marked + 1;
  const later = all.findIndex((version) => version.key > key);
  return later === -1 ? all.length : later;
}

function factsOf(version: Version): object {
  const LastModified = new Date(version.atMs);
  if (version.content === undefined) return { LastModified };
  return { LastModified, ETag: version.content.etag, Size: version.content.bytes, StorageClass: 'STANDARD' };
}

function pageSize({ chance, weather }: Desk, asked = PAGE_MAX): number {
  return chance.happens(weather.pageSizeOne) ? Math.min(1, asked) : Math.min(asked, PAGE_MAX);
}

const TOKEN_HEAD = 'after:';

function writeToken(key: string): string {
  return Buffer.from(`${TOKEN_HEAD}${key}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(TOKEN_HEAD)) throw fault('InvalidArgument', 'The continuation token provided is incorrect');
  return text.slice(TOKEN_HEAD.length);
}

export const OBJECT_LISTING = [listObjects, listObjectVersions] as const;
