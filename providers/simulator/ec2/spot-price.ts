import { z } from 'zod';
import { spotPrice } from '../pricing/price-table.ts';
import { findInstanceType } from './instance-type.ts';
import { LISTING, listed, notFound } from './listing.ts';
import { ec2Operation, request } from './request.ts';
import { zonesOf } from './zones.ts';

const HOUR_MS = 3_600_000;

/** Asked from a moment on, it begins with the price that was in force at that moment. */
export const describeSpotPriceHistory = ec2Operation({
  name: 'DescribeSpotPriceHistory',
  input: request({
    ProductDescriptions: z.array(z.string()).optional(),
    StartTime: z.date().optional(),
    EndTime: z.date().optional(),
    ...LISTING,
  }),
  run: (input, desk) => {
    const last = Math.floor((input.EndTime?.getTime() ?? desk.nowMs) / HOUR_MS);
    const first = Math.min(last, Math.floor((input.StartTime?.getTime() ?? 0) / HOUR_MS));
    const types = input.Filters?.find(({ Name }) => Name === 'instance-type')?.Values ?? [];
    const known = types.map(findInstanceType).filter((type) => type !== undefined);
    const hours = Array.from({ length: Math.min(24, last - first + 1) }, (_, index) => last - index);
    const all = known.flatMap((type) =>
      zonesOf(desk.region).flatMap((zone) =>
        hours.map((hour) => ({ id: `${type.name}/${zone}/${hour}`, tags: {}, type, zone, hour })),
      ),
    );
    const { items, nextToken } = listed(desk, all, {
      asked: input,
      ids: undefined,
      missing: notFound('InvalidParameterValue', 'price'),
      fields: { 'instance-type': ({ type }) => [type.name], 'availability-zone': ({ zone }) => [zone] },
    });
    return {
      SpotPriceHistory: items.map(({ type, zone, hour }) => ({
        InstanceType: type.name,
        AvailabilityZone: zone,
        ProductDescription: 'Linux/UNIX',
        SpotPrice: spotPrice(type, zone, hour),
        Timestamp: new Date(hour * HOUR_MS),
      })),
      NextToken: nextToken ?? '',
    };
  },
});
