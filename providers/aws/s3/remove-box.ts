import type { ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { bucketNameOf } from './bucket.ts';
import { prefixOfBox } from './bucket-mailbox.ts';
import { emptyBucket } from './empty-bucket.ts';

/** Clears away the mailbox of a machine that is gone, with what its letters said before. What is overlooked is litter. */
export async function removeBox(aws: Pick<AwsSession, 's3'>, context: ResourceContext, box: string): Promise<void> {
  const Prefix = prefixOfBox(box);
  await unlessAbsent(emptyBucket(aws, context, { Bucket: bucketNameOf(context.cluster), Prefix }));
}
