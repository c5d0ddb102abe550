import type { NatGateway as ShownNatGateway } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type Address, ADDRESSES, holderOf, missingAddress } from './address.ts';
import { madeBefore, rememberToken } from './client-tokens.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { isHolding, isShown, missingNatGateway, type NatGateway, NAT_GATEWAYS, natStateAt } from './nat-gateway.ts';
import { INTERNET_GATEWAYS, missingSubnet, type Subnet, SUBNETS } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const PENDING_MS = [45_000, 110_000] as const;
const FAILING_MS = [3_000, 10_000] as const;
const DELETING_MS = [30_000, 90_000] as const;

const createNatGateway = ec2Operation({
  name: 'CreateNatGateway',
  input: request({
    SubnetId: z.string(),
    AllocationId: z.string(),
    ConnectivityType: z.literal('public').optional(),
    ClientToken: z.string().optional(),
    TagSpecifications,
  }),
  run: ({ ClientToken: token, ...asked }, desk) => {
    const use = token === undefined ? undefined : { operation: 'CreateNatGateway', token, request: asked };
    const [madeId] = (use && madeBefore(desk, use)) ?? [];
    const made = madeId === undefined ? undefined : desk.truth(NAT_GATEWAYS).get(madeId);
    if (made !== undefined) return { NatGateway: shownNatGateway(made, desk.nowMs), ClientToken: token };
    const subnet = mustSee(desk, SUBNETS, { id: asked.SubnetId, missing: missingSubnet });
    const address = mustSee(desk, ADDRESSES, { id: asked.AllocationId, missing: missingAddress });
    refuseTooMany(subnet, desk);
    const nat = newNatGateway(subnet, address, desk, tagsFor(asked.TagSpecifications, ['natgateway']));
    desk.put(NAT_GATEWAYS, nat.id, nat);
    if (use !== undefined) rememberToken(desk, use, [nat.id]);
    return { NatGateway: shownNatGateway(nat, desk.nowMs), ClientToken: token };
  },
});

/** Its filters are called `Filter`, unlike those of all other listings. */
const describeNatGateways = ec2Operation({
  name: 'DescribeNatGateways',
  input: request({
    NatGatewayIds: z.array(z.string()).optional(),
    Filter: LISTING.Filters,
    MaxResults: LISTING.MaxResults,
    NextToken: LISTING.NextToken,
  }),
  run: ({ NatGatewayIds, Filter, MaxResults, NextToken }, desk) => {
    const seen = desk
      .view(NAT_GATEWAYS)
      .all()
      .filter((nat) => isShown(nat, desk.nowMs));
    const moments = new Map(seen.map((nat) => [nat.id, readMoment(nat, desk)]));
    const momentOf = ({ id }: NatGateway): number => moments.get(id) ?? desk.nowMs;
    const { items, nextToken } = listed(desk, seen, {
      asked: { Filters: Filter, MaxResults, NextToken },
      ids: NatGatewayIds,
      missing: missingNatGateway,
      fields: {
        'nat-gateway-id': ({ id }) => [id],
        'subnet-id': ({ subnetId }) => [subnetId],
        'vpc-id': ({ vpcId }) => [vpcId],
        state: (nat) => [natStateAt(nat, momentOf(nat))],
      },
    });
    return { NatGateways: items.map((nat) => shownNatGateway(nat, momentOf(nat))), NextToken: nextToken };
  },
});

const deleteNatGateway = ec2Operation({
  name: 'DeleteNatGateway',
  input: request({ NatGatewayId: z.string() }),
  run: ({ NatGatewayId: id }, desk) => {
    const nat = mustSee(desk, NAT_GATEWAYS, { id, missing: missingNatGateway });
    const state = natStateAt(nat, desk.nowMs);
    if (state === 'deleted' || !isShown(nat, desk.nowMs)) throw missingNatGateway(id);
    if (state !== 'deleting') {
      const goneAtMs = desk.nowMs + (state === 'failed' ? 0 : desk.chance.between(...DELETING_MS));
      desk.put(NAT_GATEWAYS, id, { ...nat, deletedAtMs: desk.nowMs, goneAtMs });
    }
    return { NatGatewayId: id };
  },
});

export const natGatewayOperations = [createNatGateway, describeNatGateways, deleteNatGateway];

function refuseTooMany({ zone }: Subnet, desk: Desk): void {
  const inZone = desk
    .truth(NAT_GATEWAYS)
    .all()
    .filter((nat) => isHolding(nat, desk.nowMs) && desk.truth(SUBNETS).get(nat.subnetId)?.zone === zone);
  const limit = desk.weather.quotas.natGatewaysPerZone;
  if (inZone.length < limit) return;
  throw fault('NatGatewayLimitExceeded', `Performing this operation would exceed the limit of ${limit} NAT gateways`);
}

function newNatGateway(subnet: Subnet, address: Address, desk: Desk, tags: NatGateway['tags']): NatGateway {
  const { chance, nowMs } = desk;
  const failure = failureOf(subnet, address, desk);
  const [least, most] = failure === undefined ? PENDING_MS : FAILING_MS;
  return {
    id: chance.ec2Id('nat'),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    allocationId: address.id,
    associationId: chance.ec2Id('eipassoc'),
    publicIp: address.publicIp,
    createdAtMs: nowMs,
    settledAtMs: nowMs + chance.between(least, most),
    failure,
    tags,
  };
}

/** What is wrong shows only later: the request is answered all the same. */
function failureOf({ vpcId }: Subnet, address: Address, desk: Desk): NatGateway['failure'] {
  if (desk.truth(INTERNET_GATEWAYS).find((gateway) => gateway.vpcId === vpcId) === undefined) {
    return { code: 'Gateway.NotAttached', message: `Network ${vpcId} has no Internet gateway attached` };
  }
  if (holderOf(address, desk) !== undefined) {
    const message = `Elastic IP address [${address.id}] is already associated`;
    return { code: 'Resource.AlreadyAssociated', message };
  }
  if (!desk.chance.happens(desk.weather.natGatewayFails)) return undefined;
  return { code: 'InternalError', message: 'Network interface could not be created' };
}

/** Its state is read late like everything else. */
function readMoment(nat: NatGateway, { nowMs, weather, chance }: Desk): number {
  const oldestMs = Math.max(nat.createdAtMs, nowMs - weather.lagMs);
  const hasChanged = natStateAt(nat, oldestMs) !== natStateAt(nat, nowMs);
  return hasChanged && chance.happens(weather.staleDescribe) ? chance.between(oldestMs, nowMs) : nowMs;
}

function shownNatGateway(nat: NatGateway, atMs: number): ShownNatGateway {
  const state = natStateAt(nat, atMs);
  const { id, vpcId, subnetId, allocationId, publicIp, failure, deletedAtMs, createdAtMs, tags } = nat;
  return {
    NatGatewayId: id,
    VpcId: vpcId,
    SubnetId: subnetId,
    State: state,
    ConnectivityType: 'public',
    CreateTime: new Date(createdAtMs),
    ...(deletedAtMs === undefined || deletedAtMs > atMs ? {} : { DeleteTime: new Date(deletedAtMs) }),
    ...(state === 'failed' ? { FailureCode: failure?.code, FailureMessage: failure?.message } : {}),
    NatGatewayAddresses: [{ AllocationId: allocationId, ...(state === 'pending' ? {} : { PublicIp: publicIp }) }],
    Tags: shownTags(tags),
  };
}
