import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import { type Bucket, bucketOf } from './bucket.ts';
import { Key } from './inputs.ts';
import { checkConditions, keepsVersions, preconditionFailed, withVersion } from './object-operations.ts';
import { nextOrdinal, objectAt, storeVersions, type Version, versionsOf } from './versions.ts';

const deleteObject = defineOperation({
  name: 'DeleteObject',
  input: z.strictObject({
    Bucket: z.string(),
    Key,
    VersionId: z.string().optional(),
    IfMatch: z.string().optional(),
  }),
  run({ Bucket: name, Key: key, VersionId, IfMatch }, desk) {
    const bucket = bucketOf(desk, name);
    const before = versionsOf(desk, bucket, key);
    const isMarked = before.length > 0 && before.at(-1)?.content === undefined;
    if (IfMatch === '*' && isMarked) throw preconditionFailed();
    checkConditions(desk, objectAt(desk, bucket, key), { IfMatch });
    const removal = removed(desk, bucket, before, { key, versionId: VersionId });
    storeVersions(desk, bucket, key, removal.after);
    return removal.answer;
  },
});

const DELETED_MAX = 1_000;

const deleteObjects = defineOperation({
  name: 'DeleteObjects',
  input: z.strictObject({
    Bucket: z.string(),
    Delete: z.strictObject({
      Objects: z
        .array(z.strictObject({ Key, VersionId: z.string().optional() }))
        .min(1)
        .max(DELETED_MAX),
      Quiet: z.boolean().optional(),
    }),
  }),
  run({ Bucket: name, Delete: { Objects, Quiet = false } }, desk) {
    const bucket = bucketOf(desk, name);
    const shelves = new Map<string, readonly Version[]>();
    const deleted = Objects.map(({ Key: key, VersionId }) => {
      const before = shelves.get(key) ?? versionsOf(desk, bucket, key);
      const { after, answer } = removed(desk, bucket, before, { key, versionId: VersionId });
      shelves.set(key, after);
      const { VersionId: markerId, DeleteMarker } = answer;
      const marker = DeleteMarker === true ? { DeleteMarker, DeleteMarkerVersionId: markerId } : {};
      return { Key: key, ...(VersionId === undefined ? {} : { VersionId }), ...marker };
    });
    for (const [key, after] of shelves) storeVersions(desk, bucket, key, after);
    return Quiet ? {} : { Deleted: deleted };
  },
});

interface Removal {
  readonly after: readonly Version[];
  readonly answer: { readonly DeleteMarker?: true; readonly VersionId?: string };
}

/**
 * | bucket           | without a version id                     | with one           |
 * |------------------|------------------------------------------|--------------------|
 * | never versioned  | the object is gone                       | that version gone  |
 * | keeps versions   | a marker hides it, even if nothing is there | that version gone |
 * | has stopped to   | a marker `null` takes the place of `null` | that version gone |
 */
function removed(
  desk: Desk,
  bucket: Bucket,
  before: readonly Version[],
  { key, versionId }: { readonly key: string; readonly versionId: string | undefined },
): Removal {
  if (versionId !== undefined) {
    const gone = before.find((version) => version.versionId === versionId);
    const marker = gone !== undefined && gone.content === undefined ? { DeleteMarker: true as const } : {};
    return { after: before.filter((version) => version !== gone), answer: { ...marker, VersionId: versionId } };
  }
  if (bucket.versioning === undefined) return { after: [], answer: {} };
  const marker: Version = {
    key,
    ordinal: nextOrdinal(before),
    versionId: keepsVersions(desk, bucket) ? desk.chance.hex(32) : 'null',
    atMs: desk.nowMs,
    tags: {},
  };
  return { after: withVersion(before, marker), answer: { DeleteMarker: true, VersionId: marker.versionId } };
}

export const OBJECT_REMOVAL = [deleteObject, deleteObjects] as const;
