import { DescribeSpotPriceHistoryCommand } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';

/** What spot machines cost an hour at this moment, by type and then by zone. */
export async function spotPrices(
  { ec2 }: Pick<AwsSession, 'ec2'>,
  context: Pick<ResourceContext, 'read'>,
  types: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  if (types.length === 0) return new Map();
  // A history that begins now is the price in force.
  const asked = { ProductDescriptions: ['Linux/UNIX'], StartTime: new Date(nowMs), Filters: filtersFor(types) };
  const seen = await everyPage(async (NextToken) => {
    const request = new DescribeSpotPriceHistoryCommand({ ...asked, NextToken });
    const page = await ec2.read(context, 'ask for spot prices', request);
    return { items: page.SpotPriceHistory ?? [], next: page.NextToken === '' ? undefined : page.NextToken };
  });
  const byType = new Map<string, Map<string, number>>();
  const newestFirst = seen.toSorted((left, right) => timeOf(right) - timeOf(left));
  for (const { InstanceType: type = '', AvailabilityZone: zone = '', SpotPrice } of newestFirst) {
    const zones = byType.get(type) ?? new Map<string, number>();
    byType.set(type, zones);
    if (!zones.has(zone)) zones.set(zone, Number(SpotPrice));
  }
  return byType;
}

function filtersFor(types: readonly string[]) {
  return [{ Name: 'instance-type', Values: [...types] }];
}

function timeOf({ Timestamp }: { readonly Timestamp?: Date | undefined }): number {
  return Timestamp?.getTime() ?? 0;
}
