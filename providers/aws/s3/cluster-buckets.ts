import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { type ClusterUid, isClusterUid } from '#engine/address.ts';
import { refusalProblem } from '#engine/refusal.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { BUCKET_PREFIX } from './bucket.ts';

const PAGE = 1_000;

/** The clusters that may have their state in this account and region: every bucket that is called like one of theirs. */
export async function clusterBuckets(
  { s3, region }: Pick<AwsSession, 's3' | 'region'>,
  context: Pick<ResourceContext, 'read'>,
): Promise<readonly ClusterUid[]> {
  const asked = { Prefix: BUCKET_PREFIX, BucketRegion: region, MaxBuckets: PAGE };
  try {
    const buckets = await everyPage(async (ContinuationToken) => {
      const command = new ListBucketsCommand({ ...asked, ContinuationToken });
      const page = await s3.read(context, 'list the buckets', command);
      return { items: page.Buckets ?? [], next: page.ContinuationToken };
    });
    return buckets.map(({ Name = '' }) => Name.slice(BUCKET_PREFIX.length)).filter(isClusterUid);
  } catch (error) {
    throw refusalProblem(error) ?? error;
  }
}
