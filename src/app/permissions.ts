import { didYouMean } from '#config/did-you-mean.ts';
import { problem } from '#engine/problem.ts';

/** An action of a cloud and what it is needed for. */
export interface NeededPermission {
  readonly action: string;
  readonly for: readonly string[];
}

/** All that the credentials of an operator must allow on AWS, and the same as a policy for the region's partition. */
export async function awsPermissions(region: string | undefined): Promise<{
  readonly permissions: readonly NeededPermission[];
  readonly policy: object;
}> {
  const [{ permissionRows }, { operatorPolicy }, { awsCatalogue }] = await Promise.all([
    import('#providers/aws/permissions.ts'),
    import('#providers/aws/operator-policy.ts'),
    import('#providers/aws/catalogue.ts'),
  ]);
  if (region !== undefined && !awsCatalogue.regions.has(region)) {
    const guess = didYouMean(region, awsCatalogue.regions.keys());
    throw problem('region.unknown', {
      detail: `AWS has no region "${region}".${guess === undefined ? '' : ` ${guess}`}`,
    });
  }
  return { permissions: permissionRows(), policy: operatorPolicy(region ?? awsCatalogue.defaultRegion) };
}
