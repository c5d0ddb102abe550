import type { Subnet as ShownSubnet } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type Cidr, contains, overlaps, parseCidr } from './cidr.ts';
import { INSTANCES, isThere } from './instance.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { hasManagedInterface } from './managed-interface.ts';
import { isHolding, NAT_GATEWAYS } from './nat-gateway.ts';
import { cidrsOf, missingSubnet, missingVpc, ROUTE_TABLES, type Subnet, SUBNETS, VPCS } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';
import { zoneId, zonesOf } from './zones.ts';

const PREFIX_MIN = 16;
const PREFIX_MAX = 28;
/** The first four addresses and the last. */
export const RESERVED_ADDRESSES = 5;

const createSubnet = ec2Operation({
  name: 'CreateSubnet',
  input: request({
    VpcId: z.string(),
    CidrBlock: z.string(),
    AvailabilityZone: z.string().optional(),
    TagSpecifications,
  }),
  run: (input, desk) => {
    const vpc = mustSee(desk, VPCS, { id: input.VpcId, missing: missingVpc });
    const block = parseCidr(input.CidrBlock, 'cidrBlock');
    const neighbours = desk
      .truth(SUBNETS)
      .all()
      .filter(({ vpcId }) => vpcId === vpc.id);
    refuseRange(block, { vpcCidrs: cidrsOf(vpc), neighbours });
    if (neighbours.length >= desk.weather.quotas.subnetsPerVpc) {
      throw fault('SubnetLimitExceeded', 'The maximum number of subnets has been reached.');
    }
    const subnet: Subnet = {
      id: desk.chance.ec2Id('subnet'),
      vpcId: vpc.id,
      cidr: block.text,
      zone: zoneFor(input.AvailabilityZone, desk),
      createdAtMs: desk.nowMs,
      mapsPublicIp: false,
      tags: tagsFor(input.TagSpecifications, ['subnet']),
    };
    desk.put(SUBNETS, subnet.id, subnet);
    return { Subnet: shownSubnet(subnet, desk) };
  },
});

const describeSubnets = ec2Operation({
  name: 'DescribeSubnets',
  input: request({ SubnetIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, desk.view(SUBNETS).all(), {
      asked: input,
      ids: input.SubnetIds,
      missing: missingSubnet,
      fields: {
        'subnet-id': ({ id }) => [id],
        'vpc-id': ({ vpcId }) => [vpcId],
        'availability-zone': ({ zone }) => [zone],
        'cidr-block': ({ cidr }) => [cidr],
        state: () => ['available'],
      },
    });
    return { Subnets: items.map((subnet) => shownSubnet(subnet, desk)), NextToken: nextToken };
  },
});

const modifySubnetAttribute = ec2Operation({
  name: 'ModifySubnetAttribute',
  input: request({ SubnetId: z.string(), MapPublicIpOnLaunch: z.strictObject({ Value: z.boolean() }) }),
  run: ({ SubnetId: id, MapPublicIpOnLaunch }, desk) => {
    const subnet = mustSee(desk, SUBNETS, { id, missing: missingSubnet });
    desk.put(SUBNETS, id, { ...subnet, mapsPublicIp: MapPublicIpOnLaunch.Value });
    return {};
  },
});

const deleteSubnet = ec2Operation({
  name: 'DeleteSubnet',
  input: request({ SubnetId: z.string() }),
  run: ({ SubnetId: id }, desk) => {
    mustSee(desk, SUBNETS, { id, missing: missingSubnet });
    const guest = desk.truth(INSTANCES).find((instance) => instance.subnetId === id && isThere(instance, desk.nowMs));
    const nat = desk.truth(NAT_GATEWAYS).find((one) => one.subnetId === id && isHolding(one, desk.nowMs));
    if ((guest ?? nat) !== undefined || hasManagedInterface(desk, ({ subnetId }) => subnetId === id)) {
      throw fault('DependencyViolation', `The subnet '${id}' has dependencies and cannot be deleted.`);
    }
    desk.remove(SUBNETS, id);
    for (const table of desk.truth(ROUTE_TABLES).all()) {
      const associations = table.associations.filter(({ subnetId }) => subnetId !== id);
      if (associations.length < table.associations.length) desk.put(ROUTE_TABLES, table.id, { ...table, associations });
    }
    return {};
  },
});

export const subnetOperations = [createSubnet, describeSubnets, modifySubnetAttribute, deleteSubnet];

interface Surroundings {
  readonly vpcCidrs: readonly string[];
  readonly neighbours: readonly Subnet[];
}

function refuseRange(block: Cidr, { vpcCidrs, neighbours }: Surroundings): void {
  const isSizeAllowed = block.prefix >= PREFIX_MIN && block.prefix <= PREFIX_MAX;
  const isInside = vpcCidrs.some((cidr) => contains(parseCidr(cidr, 'cidrBlock'), block));
  if (!isSizeAllowed || !isInside) {
    throw fault('InvalidSubnet.Range', `The CIDR '${block.text}' is invalid.`);
  }
  if (neighbours.some(({ cidr }) => overlaps(parseCidr(cidr, 'cidrBlock'), block))) {
    throw fault('InvalidSubnet.Conflict', `The CIDR '${block.text}' conflicts with another subnet`);
  }
}

function zoneFor(asked: string | undefined, { region, chance }: Desk): string {
  const zones = zonesOf(region);
  const zone = asked ?? chance.pick(zones) ?? '';
  if (zones.includes(zone)) return zone;
  const choice = `Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`;
  throw fault('InvalidParameterValue', `Value (${zone}) for parameter availabilityZone is invalid. ${choice}`);
}

function shownSubnet(subnet: Subnet, desk: Desk): ShownSubnet {
  const guests = desk
    .truth(INSTANCES)
    .all()
    .filter(({ subnetId }) => subnetId === subnet.id);
  const used = guests.filter((instance) => isThere(instance, desk.nowMs)).length;
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${desk.region}:${desk.accountId}:subnet/${subnet.id}`,
    OwnerId: desk.accountId,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId(subnet.zone),
    AvailableIpAddressCount: parseCidr(subnet.cidr, 'cidrBlock').size - RESERVED_ADDRESSES - used,
    DefaultForAz: false,
    MapPublicIpOnLaunch: subnet.mapsPublicIp,
    AssignIpv6AddressOnCreation: false,
    State: 'available',
    Tags: shownTags(subnet.tags),
  };
}
