import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { Filters, filtered } from './filters.ts';
import { ec2Operation, request } from './request.ts';

const LETTERS = new Map([
  ['us-east-1', 'abcdef'],
  ['us-west-1', 'ac'],
  ['us-west-2', 'abcd'],
  ['ap-northeast-1', 'acd'],
  ['ca-central-1', 'abd'],
]);
const USUAL_LETTERS = 'abc';
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

export function zonesOf(region: string): readonly string[] {
  if (!REGION.test(region)) throw fault('AuthFailure', `There is no region ${region}`, 401);
  return (LETTERS.get(region) ?? USUAL_LETTERS).split('').map((letter) => `${region}${letter}`);
}

/** `eu-west-3a` → `euw3-az1`: the same place in every account. */
export function zoneId(zone: string): string {
  const [continent = '', side = '', rest = ''] = zone.split('-');
  const letter = rest.slice(-1);
  return `${continent}${side.slice(0, 1)}${rest.slice(0, -1)}-az${letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1}`;
}

export const describeAvailabilityZones = ec2Operation({
  name: 'DescribeAvailabilityZones',
  input: request({
    ZoneNames: z.array(z.string()).optional(),
    AllAvailabilityZones: z.boolean().optional(),
    Filters,
  }),
  run: ({ ZoneNames, Filters: asked }, { region }) => {
    const all = zonesOf(region).map((zone) => ({ zone, tags: {} }));
    const unknown = ZoneNames?.find((name) => all.every(({ zone }) => zone !== name));
    if (unknown !== undefined) throw fault('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
    const named = ZoneNames === undefined ? all : all.filter(({ zone }) => ZoneNames.includes(zone));
    const zones = filtered(named, asked, {
      'zone-name': ({ zone }) => [zone],
      'zone-type': () => ['availability-zone'],
      'region-name': () => [region],
      'opt-in-status': () => ['opt-in-not-required'],
      state: () => ['available'],
    });
    return {
      AvailabilityZones: zones.map(({ zone }) => ({
        ZoneName: zone,
        ZoneId: zoneId(zone),
        ZoneType: 'availability-zone',
        RegionName: region,
        GroupName: region,
        NetworkBorderGroup: region,
        State: 'available',
        OptInStatus: 'opt-in-not-required',
        Messages: [],
      })),
    };
  },
});
