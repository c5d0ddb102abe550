import type { ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { prefixOfBox } from './boxes.ts';
import { bucketNameOf } from './bucket.ts';
import { emptyBucket } from './empty-bucket.ts';

type Session = Pick<AwsSession, 's3' | 'accounts' | 'region'>;

/** Clears away the mailbox of a machine that is gone, with what its letters said before. What is overlooked is litter. */
export async function removeBox(aws: Session, context: ResourceContext, box: string): Promise<void> {
  const Prefix = await prefixOfBox(aws, context, box);
  await unlessAbsent(emptyBucket(aws, context, { Bucket: bucketNameOf(context.cluster), Prefix }));
}
