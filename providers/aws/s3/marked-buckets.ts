import type { ListContext } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import type { AwsSession } from '../session.ts';
import { ownerOf } from '../tags.ts';
import { markedBuckets } from './bucket.ts';

/** The cluster's bucket, for the proof of zero. */
export async function markedBucketObjects(
  aws: Pick<AwsSession, 's3'>,
  context: ListContext,
): Promise<readonly MarkedObject[]> {
  const buckets = await markedBuckets(aws, context);
  const ours = buckets.filter(({ Tags }) => ownerOf(Tags)?.cluster === context.cluster);
  return ours.map(({ name }) => ({ kind: 'aws.s3.bucket', id: name }));
}
