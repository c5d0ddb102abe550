import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import type { Desk } from '../desk.ts';
import type { Tags } from '../objects.ts';
import { elasticAddressOf } from './address.ts';
import { type Instance, INSTANCES, isThere } from './instance.ts';
import { LISTING, listed, notFound } from './listing.ts';
import { MANAGED_INTERFACES, type ManagedInterface } from './managed-interface.ts';
import { isHolding, type NatGateway, NAT_GATEWAYS } from './nat-gateway.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags } from './tagging.ts';

/** Nothing keeps them: each is there as long as what it serves. */
interface Interface {
  readonly id: string;
  readonly description: string;
  readonly type: string;
  /** The service that made it and alone may remove it. */
  readonly requester?: string | undefined;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly instanceId?: string | undefined;
  readonly publicIp?: string | undefined;
  readonly tags: Tags;
}

export const describeNetworkInterfaces = ec2Operation({
  name: 'DescribeNetworkInterfaces',
  input: request({ NetworkInterfaceIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, interfaces(desk), {
      asked: input,
      ids: input.NetworkInterfaceIds,
      missing: notFound('InvalidNetworkInterfaceID.NotFound', 'networkInterface ID'),
      fields: {
        'network-interface-id': ({ id }) => [id],
        'vpc-id': ({ vpcId }) => [vpcId],
        'subnet-id': ({ subnetId }) => [subnetId],
        'group-id': ({ groupIds }) => groupIds,
        'interface-type': ({ type }) => [type],
      },
    });
    return { NetworkInterfaces: items.map(shown), NextToken: nextToken };
  },
});

function interfaces(desk: Desk): readonly Interface[] {
  const { nowMs } = desk;
  const machines = desk
    .view(INSTANCES)
    .all()
    .filter((instance) => isThere(instance, nowMs));
  const gateways = desk
    .view(NAT_GATEWAYS)
    .all()
    .filter((nat) => isHolding(nat, nowMs));
  const others = desk
    .view(MANAGED_INTERFACES)
    .all()
    .filter(({ goneAtMs = Infinity }) => nowMs < goneAtMs);
  return [
    ...machines.map((instance) => ofInstance(instance, desk)),
    ...gateways.map(ofNatGateway),
    ...others.map(ofService),
  ];
}

function ofInstance(instance: Instance, desk: Desk): Interface {
  const { id: instanceId, vpcId, subnetId, groupIds } = instance;
  const publicIp = elasticAddressOf(instance, desk)?.publicIp ?? instance.publicIp;
  const place = { vpcId, subnetId, groupIds, publicIp };
  return { id: idFor(instanceId), description: '', type: 'interface', instanceId, tags: {}, ...place };
}

function ofNatGateway({ id, vpcId, subnetId, publicIp }: NatGateway): Interface {
  const place = { vpcId, subnetId, groupIds: [], publicIp };
  const description = `Interface for NAT Gateway ${id}`;
  return { id: idFor(id), description, type: 'nat_gateway', requester: 'amazon-aws', tags: {}, ...place };
}

function ofService({ ownerArn, vpcId, subnetId, groupIds, hasPublicIp, tags }: ManagedInterface): Interface {
  const place = { vpcId, subnetId, groupIds, publicIp: hasPublicIp ? PUBLIC_IP : undefined };
  const description = `ELB ${ownerArn.replace(/^.*:loadbalancer\//, '')}`;
  const own = { description, type: 'network_load_balancer', requester: 'amazon-elb', tags };
  return { id: idFor(`${ownerArn} ${subnetId}`), ...own, ...place };
}

/** Which one it is nobody needs to know. */
const PUBLIC_IP = '203.0.113.200';

function idFor(owner: string): string {
  return `eni-0${sha256Hex(owner).slice(0, 16)}`;
}

function shown({ id, description, type, requester, instanceId, publicIp, groupIds, ...place }: Interface) {
  return {
    NetworkInterfaceId: id,
    Description: description,
    InterfaceType: type,
    ...(requester === undefined ? {} : { RequesterId: requester }),
    RequesterManaged: requester !== undefined,
    Status: 'in-use',
    VpcId: place.vpcId,
    SubnetId: place.subnetId,
    Groups: groupIds.map((GroupId) => ({ GroupId })),
    ...(instanceId === undefined ? {} : { Attachment: { InstanceId: instanceId, Status: 'attached' } }),
    ...(publicIp === undefined ? {} : { Association: { PublicIp: publicIp } }),
    TagSet: shownTags(place.tags),
  };
}
