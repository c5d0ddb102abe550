import type { ListContext } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import type { AwsSession } from '../session.ts';
import { ownerOf } from '../tags.ts';
import { profilesInPath } from './instance-profile.ts';
import { rolesInPath } from './role.ts';

/** Roles and instance profiles of the cluster, for the proof of zero. */
export async function markedIdentities(
  aws: Pick<AwsSession, 'iam'>,
  context: ListContext,
): Promise<readonly MarkedObject[]> {
  const [roles, profiles] = await Promise.all([rolesInPath(aws, context), profilesInPath(aws, context)]);
  const isOurs = ({ Tags }: Pick<(typeof roles)[number], 'Tags'>): boolean =>
    ownerOf(Tags)?.cluster === context.cluster;
  return [
    ...roles.filter(isOurs).map(({ Arn = '' }) => ({ kind: 'aws.iam.role', id: Arn })),
    ...profiles.filter(isOurs).map(({ Arn = '' }) => ({ kind: 'aws.iam.instance-profile', id: Arn })),
  ];
}
