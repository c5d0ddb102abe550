import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type _Error as ObjectError,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { AwsSession } from '../session.ts';

interface ObjectVersion {
  Key: string;
  VersionId: string;
}

interface Place {
  readonly Bucket: string;
  /** @default all that is in it */
  readonly Prefix?: string;
}

/**
 * Takes every version and every delete marker out of a bucket, or of a part of it. One page is listed, then removed, then the first page is
 * listed again: however much lies in it, and however often this is cut short, what is left is what is still to be done.
 */
export async function emptyBucket(
  { s3 }: Pick<AwsSession, 's3'>,
  context: Pick<ResourceContext, 'read' | 'mutate'>,
  place: Place,
): Promise<void> {
  for (;;) {
    const page = await s3.read(context, 'list what is in the bucket', new ListObjectVersionsCommand(place));
    const Objects = versionsOf(page);
    if (Objects.length === 0) return;
    const command = new DeleteObjectsCommand({ Bucket: place.Bucket, Delete: { Objects, Quiet: true } });
    const { Errors = [] } = await s3.remove(context, `remove ${Objects.length} objects from the bucket`, command);
    const [first] = Errors;
    if (first !== undefined) throw refusalOf(first, Errors.length);
  }
}

function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): ObjectVersion[] {
  return [...Versions, ...DeleteMarkers].flatMap(({ Key, VersionId }) =>
    Key === undefined || VersionId === undefined ? [] : [{ Key, VersionId }],
  );
}

/** The request was answered well and some of what it asked for was not done. */
function refusalOf({ Key = '', Code = '', Message = '' }: ObjectError, count: number): CallError {
  const message = `${count} objects of the bucket were not removed, such as ${Key}: ${Code} ${Message}`;
  if (Code === 'AccessDenied') return new CallError({ outcome: 'rejected', reason: 'denied', message });
  return new CallError({ outcome: 'ambiguous', message });
}
