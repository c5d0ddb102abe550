import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { LISTING, listed, notFound } from './listing.ts';
import { ec2Operation, request } from './request.ts';
import { zonesOf } from './zones.ts';

export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  /** As EC2 spells it. */
  readonly architecture: 'x86_64' | 'arm64';
  /** New families are not in a region's last zone. */
  readonly isEverywhere: boolean;
}

const FAMILIES =
  't2 t3 t3a t4g m5 m5a m6i m6a m6g m7i m7a m7g m7i-flex m8g c5 c5a c6i c6a c6g c7i c7a c7g c8g r5 r5a r6i r6a r6g r7i r7a r7g r8g i3 i4i i4g im4gn';
const BURSTABLE_VCPUS = { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, '2xlarge': 8 };
const VCPUS = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
};

export function findInstanceType(name: string): InstanceType | undefined {
  return TYPES.get(name);
}

/** Whether a zone has the type at all; capacity is another matter. */
export function isOffered({ isEverywhere }: InstanceType, zone: string, zones: readonly string[]): boolean {
  return isEverywhere || zone !== zones.at(-1);
}

export const describeInstanceTypeOfferings = ec2Operation({
  name: 'DescribeInstanceTypeOfferings',
  input: request({
    LocationType: z.enum(['region', 'availability-zone']).optional(),
    ...LISTING,
  }),
  run: (input, desk) => {
    const zones = zonesOf(desk.region);
    const byZone = input.LocationType === 'availability-zone';
    const offerings = [...TYPES.values()].flatMap((type) =>
      (byZone ? zones.filter((zone) => isOffered(type, zone, zones)) : [desk.region]).map((location) => ({
        id: `${type.name}/${location}`,
        type: type.name,
        location,
        tags: {},
      })),
    );
    const { items, nextToken } = listed(desk, offerings, {
      asked: input,
      ids: undefined,
      missing: notFound('InvalidParameterValue', 'offering'),
      fields: { 'instance-type': ({ type }) => [type], location: ({ location }) => [location] },
    });
    return {
      InstanceTypeOfferings: items.map(({ type, location }) => ({
        InstanceType: type,
        LocationType: byZone ? 'availability-zone' : 'region',
        Location: location,
      })),
      NextToken: nextToken,
    };
  },
});

const DETAIL_PAGE_MIN = 5;
const DETAIL_PAGE_MAX = 100;

export const describeInstanceTypes = ec2Operation({
  name: 'DescribeInstanceTypes',
  input: request({ InstanceTypes: z.array(z.string()).max(DETAIL_PAGE_MAX).optional(), ...LISTING }),
  run: (input, desk) => {
    const { MaxResults = DETAIL_PAGE_MAX } = input;
    if (MaxResults < DETAIL_PAGE_MIN || MaxResults > DETAIL_PAGE_MAX) {
      throw fault('InvalidParameterValue', `Value ( ${MaxResults} ) for parameter MaxResults is invalid.`);
    }
    const types = [...TYPES.values()].map((type) => ({ ...type, id: type.name, tags: {} }));
    const { items, nextToken } = listed(desk, types, {
      asked: input,
      ids: input.InstanceTypes,
      missing: (name) => fault('InvalidInstanceType', `The following supplied instance types do not exist: [${name}]`),
      fields: {
        'instance-type': ({ name }) => [name],
        'processor-info.supported-architecture': ({ architecture }) => [architecture],
      },
    });
    return {
      InstanceTypes: items.map(({ name, vcpus, architecture }) => ({
        InstanceType: name,
        CurrentGeneration: true,
        VCpuInfo: { DefaultVCpus: vcpus },
        ProcessorInfo: { SupportedArchitectures: [architecture] },
      })),
      NextToken: nextToken,
    };
  },
});

const TYPES: ReadonlyMap<string, InstanceType> = new Map(
  FAMILIES.split(' ').flatMap((family) => {
    const sizes = family.startsWith('t') ? BURSTABLE_VCPUS : VCPUS;
    return Object.entries({ ...sizes, ...(/^[mcr]\dg$/.test(family) ? { medium: 1 } : {}) }).map(([size, vcpus]) => {
      const name = `${family}.${size}`;
      const type: InstanceType = {
        name,
        vcpus,
        architecture: /^[a-z]+\d+g/.test(family) ? 'arm64' : 'x86_64',
        isEverywhere: !family.endsWith('8g'),
      };
      return [name, type] as const;
    });
  }),
);
