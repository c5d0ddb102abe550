import type { Vpc as ShownVpc } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import {
  cidrsOf,
  INTERNET_GATEWAYS,
  missingVpc,
  ROUTE_TABLES,
  SECURITY_GROUPS,
  SUBNETS,
  type Vpc,
  VPCS,
} from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { isDefault, makeDefaultGroup } from './security-group.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const PREFIX_MIN = 16;
const PREFIX_MAX = 28;
const AVAILABLE_AFTER_MS = 1_500;

const createVpc = ec2Operation({
  name: 'CreateVpc',
  input: request({ CidrBlock: z.string(), TagSpecifications, InstanceTenancy: z.literal('default').optional() }),
  run: (input, desk) => {
    const { text: cidr, prefix } = parseCidr(input.CidrBlock, 'cidrBlock');
    if (prefix < PREFIX_MIN || prefix > PREFIX_MAX) {
      throw fault('InvalidVpc.Range', `The CIDR '${input.CidrBlock}' is invalid.`);
    }
    if (desk.truth(VPCS).all().length >= desk.weather.quotas.vpcs) {
      throw fault('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
    }
    const vpc: Vpc = {
      id: desk.chance.ec2Id('vpc'),
      cidr,
      createdAtMs: desk.nowMs,
      dnsSupport: true,
      dnsHostnames: false,
      tags: tagsFor(input.TagSpecifications, ['vpc']),
    };
    desk.put(VPCS, vpc.id, vpc);
    const tableId = desk.chance.ec2Id('rtb');
    desk.put(ROUTE_TABLES, tableId, {
      id: tableId,
      vpcId: vpc.id,
      isMain: true,
      routes: [],
      associations: [],
      tags: {},
    });
    makeDefaultGroup(desk, vpc.id);
    return { Vpc: shownVpc(vpc, desk) };
  },
});

const describeVpcs = ec2Operation({
  name: 'DescribeVpcs',
  input: request({ VpcIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, desk.view(VPCS).all(), {
      asked: input,
      ids: input.VpcIds,
      missing: missingVpc,
      fields: {
        'vpc-id': ({ id }) => [id],
        cidr: ({ cidr }) => [cidr],
        'cidr-block': ({ cidr }) => [cidr],
        state: (vpc) => [stateOf(vpc, desk)],
        'is-default': () => ['false'],
      },
    });
    return { Vpcs: items.map((vpc) => shownVpc(vpc, desk)), NextToken: nextToken };
  },
});

/** From then on the VPC has room there, too. */
const associateVpcCidrBlock = ec2Operation({
  name: 'AssociateVpcCidrBlock',
  input: request({ VpcId: z.string(), CidrBlock: z.string() }),
  run: ({ VpcId: id, CidrBlock }, desk) => {
    const vpc = mustSee(desk, VPCS, { id, missing: missingVpc });
    const { text: cidr, prefix } = parseCidr(CidrBlock, 'cidrBlock');
    const isTaken = cidrsOf(vpc).some((block) => overlaps(parseCidr(block, 'cidrBlock'), parseCidr(cidr, 'cidrBlock')));
    if (isTaken || prefix < PREFIX_MIN || prefix > PREFIX_MAX) {
      throw fault('InvalidVpc.Range', `The CIDR '${CidrBlock}' is invalid.`);
    }
    const added = { associationId: desk.chance.ec2Id('vpc-cidr-assoc'), cidr };
    desk.put(VPCS, id, { ...vpc, moreCidrs: [...(vpc.moreCidrs ?? []), added] });
    return { VpcId: id, CidrBlockAssociation: shownBlock(added) };
  },
});

const AttributeValue = z.strictObject({ Value: z.boolean() }).optional();

const modifyVpcAttribute = ec2Operation({
  name: 'ModifyVpcAttribute',
  input: request({ VpcId: z.string(), EnableDnsSupport: AttributeValue, EnableDnsHostnames: AttributeValue }),
  run: ({ VpcId: id, EnableDnsSupport: support, EnableDnsHostnames: hostnames }, desk) => {
    if ((support === undefined) === (hostnames === undefined)) {
      throw fault('InvalidParameterCombination', 'Exactly one attribute can be modified at a time.');
    }
    const vpc = mustSee(desk, VPCS, { id, missing: missingVpc });
    const dnsSupport = support?.Value ?? vpc.dnsSupport;
    const dnsHostnames = hostnames?.Value ?? vpc.dnsHostnames;
    desk.put(VPCS, id, { ...vpc, dnsSupport, dnsHostnames });
    return {};
  },
});

const describeVpcAttribute = ec2Operation({
  name: 'DescribeVpcAttribute',
  input: request({ VpcId: z.string(), Attribute: z.enum(['enableDnsSupport', 'enableDnsHostnames']) }),
  run: ({ VpcId, Attribute }, desk) => {
    const vpc = desk.view(VPCS).get(VpcId);
    if (vpc === undefined) throw missingVpc(VpcId);
    return Attribute === 'enableDnsSupport'
      ? { VpcId, EnableDnsSupport: { Value: vpc.dnsSupport } }
      : { VpcId, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
  },
});

const deleteVpc = ec2Operation({
  name: 'DeleteVpc',
  input: request({ VpcId: z.string() }),
  run: ({ VpcId: id }, desk) => {
    mustSee(desk, VPCS, { id, missing: missingVpc });
    const isInside = (part: { readonly vpcId?: string | undefined }) => part.vpcId === id;
    const tables = desk.truth(ROUTE_TABLES).all().filter(isInside);
    const groups = desk.truth(SECURITY_GROUPS).all().filter(isInside);
    const isUsed =
      desk.truth(SUBNETS).find(isInside) !== undefined ||
      desk.truth(INTERNET_GATEWAYS).find(isInside) !== undefined ||
      tables.some(({ isMain }) => !isMain) ||
      groups.some((group) => !isDefault(group));
    if (isUsed) throw fault('DependencyViolation', `The vpc '${id}' has dependencies and cannot be deleted.`);
    desk.remove(VPCS, id);
    for (const table of tables) desk.remove(ROUTE_TABLES, table.id);
    for (const group of groups) desk.remove(SECURITY_GROUPS, group.id);
    return {};
  },
});

export const vpcOperations = [
  createVpc,
  describeVpcs,
  associateVpcCidrBlock,
  modifyVpcAttribute,
  describeVpcAttribute,
  deleteVpc,
];

function shownBlock({ associationId, cidr }: { readonly associationId: string; readonly cidr: string }) {
  return { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State: 'associated' as const } };
}

function stateOf({ createdAtMs }: Vpc, { nowMs }: Desk): 'available' | 'pending' {
  return nowMs < createdAtMs + AVAILABLE_AFTER_MS ? 'pending' : 'available';
}

function shownVpc(vpc: Vpc, desk: Desk): ShownVpc {
  return {
    VpcId: vpc.id,
    OwnerId: desk.accountId,
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      shownBlock({ associationId: vpc.id.replace('vpc', 'vpc-cidr-assoc'), cidr: vpc.cidr }),
      ...(vpc.moreCidrs ?? []).map(shownBlock),
    ],
    State: stateOf(vpc, desk),
    IsDefault: false,
    InstanceTenancy: 'default',
    Tags: shownTags(vpc.tags),
  };
}
