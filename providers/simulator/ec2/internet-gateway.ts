import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { present } from './filters.ts';
import { type Instance, INSTANCES, isThere } from './instance.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { hasManagedInterface } from './managed-interface.ts';
import { isHolding, type NatGateway, NAT_GATEWAYS } from './nat-gateway.ts';
import { INTERNET_GATEWAYS, type InternetGateway, missingGateway, missingVpc, VPCS } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const createInternetGateway = ec2Operation({
  name: 'CreateInternetGateway',
  input: request({ TagSpecifications }),
  run: (input, desk) => {
    if (desk.truth(INTERNET_GATEWAYS).all().length >= desk.weather.quotas.internetGateways) {
      throw fault('InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.');
    }
    const gateway: InternetGateway = {
      id: desk.chance.ec2Id('igw'),
      tags: tagsFor(input.TagSpecifications, ['internet-gateway']),
    };
    desk.put(INTERNET_GATEWAYS, gateway.id, gateway);
    return { InternetGateway: shownGateway(gateway, desk) };
  },
});

const describeInternetGateways = ec2Operation({
  name: 'DescribeInternetGateways',
  input: request({ InternetGatewayIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, desk.view(INTERNET_GATEWAYS).all(), {
      asked: input,
      ids: input.InternetGatewayIds,
      missing: missingGateway,
      fields: {
        'internet-gateway-id': ({ id }) => [id],
        'attachment.vpc-id': ({ vpcId }) => present(vpcId),
        'attachment.state': ({ vpcId }) => (vpcId === undefined ? [] : ['available']),
      },
    });
    return { InternetGateways: items.map((gateway) => shownGateway(gateway, desk)), NextToken: nextToken };
  },
});

const ATTACHMENT = request({ InternetGatewayId: z.string(), VpcId: z.string() });

const attachInternetGateway = ec2Operation({
  name: 'AttachInternetGateway',
  input: ATTACHMENT,
  run: ({ InternetGatewayId: id, VpcId: vpcId }, desk) => {
    const gateway = mustSee(desk, INTERNET_GATEWAYS, { id, missing: missingGateway });
    mustSee(desk, VPCS, { id: vpcId, missing: missingVpc });
    if (gateway.vpcId !== undefined) {
      throw fault('Resource.AlreadyAssociated', `resource ${id} is already attached to network ${gateway.vpcId}`);
    }
    if (desk.truth(INTERNET_GATEWAYS).find((other) => other.vpcId === vpcId) !== undefined) {
      throw fault('InvalidParameterValue', `Network ${vpcId} already has an internet gateway attached`);
    }
    desk.put(INTERNET_GATEWAYS, id, { ...gateway, vpcId });
    return {};
  },
});

const detachInternetGateway = ec2Operation({
  name: 'DetachInternetGateway',
  input: ATTACHMENT,
  run: ({ InternetGatewayId: id, VpcId: vpcId }, desk) => {
    const { vpcId: attachedTo, ...gateway } = mustSee(desk, INTERNET_GATEWAYS, { id, missing: missingGateway });
    if (attachedTo !== vpcId) throw fault('Gateway.NotAttached', `resource ${id} is not attached to network ${vpcId}`);
    const isUsing = (instance: Instance) =>
      instance.vpcId === vpcId && isThere(instance, desk.nowMs) && hasPublicAddress(instance);
    const hasWayOut = (nat: NatGateway) => nat.vpcId === vpcId && isHolding(nat, desk.nowMs);
    const isMapped = hasManagedInterface(desk, (one) => one.vpcId === vpcId && one.hasPublicIp);
    if (isMapped || (desk.truth(INSTANCES).find(isUsing) ?? desk.truth(NAT_GATEWAYS).find(hasWayOut))) {
      const advice = 'Please unmap those public address(es) before detaching the gateway.';
      throw fault('DependencyViolation', `Network ${vpcId} has some mapped public address(es). ${advice}`);
    }
    desk.put(INTERNET_GATEWAYS, id, gateway);
    return {};
  },
});

const deleteInternetGateway = ec2Operation({
  name: 'DeleteInternetGateway',
  input: request({ InternetGatewayId: z.string() }),
  run: ({ InternetGatewayId: id }, desk) => {
    const gateway = mustSee(desk, INTERNET_GATEWAYS, { id, missing: missingGateway });
    if (gateway.vpcId !== undefined) {
      throw fault('DependencyViolation', `The internetGateway '${id}' has dependencies and cannot be deleted.`);
    }
    desk.remove(INTERNET_GATEWAYS, id);
    return {};
  },
});

export const internetGatewayOperations = [
  createInternetGateway,
  describeInternetGateways,
  attachInternetGateway,
  detachInternetGateway,
  deleteInternetGateway,
];

function hasPublicAddress({ publicIp, elasticIp }: Instance): boolean {
  return (publicIp ?? elasticIp) !== undefined;
}

/** The state of its attachment is `available`, though the SDK's type knows no such state. */
function shownGateway({ id, vpcId, tags }: InternetGateway, { accountId }: Desk): object {
  return {
    InternetGatewayId: id,
    OwnerId: accountId,
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' }],
    Tags: shownTags(tags),
  };
}
