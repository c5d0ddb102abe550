import type { Address as ShownAddress } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { stateAt } from '../machine-life.ts';
import { type Address, ADDRESSES, elasticAddressOf, holderOf, missingAddress } from './address.ts';
import { Filters, filtered, present } from './filters.ts';
import { findInstance, type Instance, INSTANCES } from './instance.ts';
import { mustSee, notFound } from './listing.ts';
import { NAT_GATEWAYS } from './nat-gateway.ts';
import { INTERNET_GATEWAYS } from './network-objects.ts';
import { drawPublicAddresses } from './public-address.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const missingAssociation = notFound('InvalidAssociationID.NotFound', 'association ID');

const allocateAddress = ec2Operation({
  name: 'AllocateAddress',
  input: request({ Domain: z.literal('vpc').optional(), TagSpecifications }),
  run: (input, desk) => {
    if (desk.truth(ADDRESSES).all().length >= desk.weather.quotas.addresses) {
      throw fault('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
    }
    const [publicIp = ''] = drawPublicAddresses(1, desk);
    const id = desk.chance.ec2Id('eipalloc');
    desk.put(ADDRESSES, id, { id, publicIp, tags: tagsFor(input.TagSpecifications, ['elastic-ip']) });
    return { AllocationId: id, PublicIp: publicIp, Domain: 'vpc', NetworkBorderGroup: desk.region };
  },
});

/** Without pages. */
const describeAddresses = ec2Operation({
  name: 'DescribeAddresses',
  input: request({
    AllocationIds: z.array(z.string()).optional(),
    PublicIps: z.array(z.string()).optional(),
    Filters,
  }),
  run: ({ AllocationIds: ids = [], PublicIps: ips = [], Filters: asked }, desk) => {
    const seen = desk.view(ADDRESSES).all();
    for (const id of ids) if (!seen.some((address) => address.id === id)) throw missingAddress(id);
    for (const ip of ips) if (!seen.some(({ publicIp }) => publicIp === ip)) throw missingIp(ip);
    const isAny = ids.length + ips.length === 0;
    const chosen = seen.filter(({ id, publicIp }) => isAny || ids.includes(id) || ips.includes(publicIp));
    const found = filtered(chosen, asked, {
      'allocation-id': ({ id }) => [id],
      'public-ip': ({ publicIp }) => [publicIp],
      domain: () => ['vpc'],
      'association-id': (address) => present(holderOf(address, desk)?.associationId),
      'instance-id': (address) => present(holderOf(address, desk)?.instance?.id),
    });
    return { Addresses: found.map((address) => shownAddress(address, desk)) };
  },
});

const associateAddress = ec2Operation({
  name: 'AssociateAddress',
  input: request({
    AllocationId: z.string(),
    InstanceId: z.string(),
    AllowReassociation: z.boolean().optional(),
  }),
  run: ({ AllocationId, InstanceId, AllowReassociation: mayMove = true }, desk) => {
    const address = mustSee(desk, ADDRESSES, { id: AllocationId, missing: missingAddress });
    const instance = findInstance(desk, InstanceId);
    refuseInstance(instance, desk);
    const holder = holderOf(address, desk);
    if (holder?.natGateway !== undefined) throw notOurs();
    if (holder?.instance?.id === InstanceId) return { AssociationId: holder.associationId };
    if (holder !== undefined && !mayMove) {
      const words = `resource ${AllocationId} is already associated with associate-id ${holder.associationId}`;
      throw fault('Resource.AlreadyAssociated', words);
    }
    if (holder?.instance !== undefined) takeFrom(holder.instance, desk);
    const former = elasticAddressOf(instance, desk);
    if (former !== undefined) desk.put(ADDRESSES, former.id, withoutAssociation(former));
    const association = { id: desk.chance.ec2Id('eipassoc'), instanceId: InstanceId };
    desk.put(ADDRESSES, AllocationId, { ...address, association });
    desk.put(INSTANCES, InstanceId, { ...instance, elasticIp: address.publicIp });
    return { AssociationId: association.id };
  },
});

const disassociateAddress = ec2Operation({
  name: 'DisassociateAddress',
  input: request({ AssociationId: z.string() }),
  run: ({ AssociationId }, desk) => {
    if (desk.truth(NAT_GATEWAYS).find(({ associationId }) => associationId === AssociationId)) throw notOurs();
    const address = desk.truth(ADDRESSES).find(({ association }) => association?.id === AssociationId);
    const holder = address && holderOf(address, desk);
    const seen = address && desk.view(ADDRESSES).get(address.id);
    if (address === undefined || holder === undefined || seen?.association?.id !== AssociationId) {
      throw missingAssociation(AssociationId);
    }
    if (holder.instance !== undefined) takeFrom(holder.instance, desk);
    desk.put(ADDRESSES, address.id, withoutAssociation(address));
    return {};
  },
});

const releaseAddress = ec2Operation({
  name: 'ReleaseAddress',
  input: request({ AllocationId: z.string() }),
  run: ({ AllocationId: id }, desk) => {
    const address = mustSee(desk, ADDRESSES, { id, missing: missingAddress });
    const holder = holderOf(address, desk);
    if (holder?.natGateway !== undefined || isJustLetGo(address, desk)) throw notOurs();
    if (holder !== undefined) throw fault('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
    desk.remove(ADDRESSES, id);
    return {};
  },
});

export const addressOperations = [
  allocateAddress,
  describeAddresses,
  associateAddress,
  disassociateAddress,
  releaseAddress,
];

function missingIp(publicIp: string): AwsFault {
  return fault('InvalidAddress.NotFound', `Address '${publicIp}' not found.`);
}

/** What EC2 says of an address that a service of its own uses. */
function notOurs(): AwsFault {
  return fault('AuthFailure', 'You do not have permission to access the specified resource.');
}

const LET_GO_MS = 2_000;

/** A NAT gateway is shown as deleted a moment before its address is free. */
function isJustLetGo({ id }: Address, desk: Desk): boolean {
  const isLettingGo = (goneAtMs = 0): boolean => goneAtMs <= desk.nowMs && desk.nowMs < goneAtMs + LET_GO_MS;
  const former = desk.truth(NAT_GATEWAYS).find((nat) => nat.allocationId === id && isLettingGo(nat.goneAtMs));
  return former !== undefined;
}

function refuseInstance(instance: Instance, desk: Desk): void {
  const state = stateAt(instance, desk.nowMs);
  if (state !== 'running') {
    const words = `The ${state} instance '${instance.id}' is not in a valid state for this operation.`;
    throw fault('InvalidInstanceID', words);
  }
  if (desk.truth(INTERNET_GATEWAYS).find(({ vpcId }) => vpcId === instance.vpcId) === undefined) {
    throw fault('Gateway.NotAttached', `Network ${instance.vpcId} is not attached to any internet gateway`);
  }
}

/** An instance that was launched with a public address had to give that up, and is given another one. */
function takeFrom(instance: Instance, desk: Desk): void {
  const [publicIp] = instance.publicIp === undefined ? [] : drawPublicAddresses(1, desk);
  desk.put(INSTANCES, instance.id, { ...instance, elasticIp: undefined, publicIp });
}

function withoutAssociation({ id, publicIp, tags }: Address): Address {
  return { id, publicIp, tags };
}

function shownAddress(address: Address, desk: Desk): ShownAddress {
  const { id, publicIp, tags } = address;
  const holder = holderOf(address, desk);
  return {
    AllocationId: id,
    PublicIp: publicIp,
    Domain: 'vpc',
    NetworkBorderGroup: desk.region,
    AssociationId: holder?.associationId,
    InstanceId: holder?.instance?.id,
    PrivateIpAddress: holder?.instance?.privateIp,
    Tags: shownTags(tags),
  };
}
