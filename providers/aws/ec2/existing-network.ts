import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, type Condition, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { CLUSTER_TAG, tagValue } from '../tags.ts';
import { isCidrInside, doCidrsOverlap } from './cidr.ts';

const Inputs = z.strictObject({
  vpcId: z.string(),
  /** The part of it that the machines are to have. */
  cidr: z.string(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  vpcId: z.string(),
  /** Its internet gateway; empty when it has lost it. */
  gatewayId: z.string(),
});

/**
 * A network that somebody else has made, looked at and never touched. What is ours is the choice of it: nothing becomes
 * of the network when the choice goes.
 */
export const existingNetwork = defineResource<AwsSession>()({
  kind: 'aws.ec2.existing-network',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['vpcId', 'cidr'],
  replaceOrder: 'create-first',
  stableOutputs: ['vpcId'],
  idOf: ({ vpcId }) => vpcId,

  async observe(aws, context, { inputs: { vpcId }, last }) {
    const { cluster, instanceId } = context;
    if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
    if ((await findVpc(aws, context, vpcId)) === undefined) return ABSENT;
    const gatewayId = await findGateway(aws, context, vpcId);
    const condition: Condition = gatewayId === '' ? { is: 'failed', reason: withoutGateway(vpcId) } : READY;
    return { state: 'present', outputs: { vpcId, gatewayId }, owner: { cluster, instanceId }, condition };
  },

  async create(aws, context, { vpcId, cidr }) {
    const vpc = await findVpc(aws, context, vpcId);
    if (vpc === undefined) throw refused(`There is no network ${vpcId} in ${aws.region}.`);
    refuseRange(cidr, vpc);
    const subnets = await aws.listings.subnets.where(context, 'vpc-id', vpcId);
    refuseNeighbours(
      { vpcId, cidr },
      subnets.filter(({ Tags }) => tagValue(Tags, CLUSTER_TAG) !== context.cluster),
    );
    const gatewayId = await findGateway(aws, context, vpcId);
    if (gatewayId === '') throw refused(withoutGateway(vpcId));
    return { vpcId, gatewayId };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

async function findVpc({ listings }: AwsSession, context: ResourceContext, id: string): Promise<Vpc | undefined> {
  return (await listings.vpcs.where(context, 'vpc-id', id))[0];
}

/** Empty: it has none. */
async function findGateway({ listings }: AwsSession, context: ResourceContext, vpcId: string): Promise<string> {
  const [gateway] = await listings.internetGateways.where(context, 'attachment.vpc-id', vpcId);
  return gateway === undefined ? '' : answered(gateway.InternetGatewayId, 'InternetGatewayId');
}

function refuseRange(cidr: string, { VpcId = '', CidrBlock, CidrBlockAssociationSet = [] }: Vpc): void {
  const added = CidrBlockAssociationSet.filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated');
  const blocks = new Set([CidrBlock, ...added.map((one) => one.CidrBlock)].filter((block) => block !== undefined));
  if ([...blocks].some((block) => isCidrInside(cidr, block))) return;
  throw refused(`The machines' range ${cidr} is not a part of ${VpcId}, which has ${[...blocks].join(' and ')}.`);
}

function refuseNeighbours({ vpcId, cidr }: Inputs, subnets: readonly Subnet[]): void {
  const inTheWay = subnets.flatMap(({ SubnetId = '', CidrBlock }) =>
    CidrBlock !== undefined && doCidrsOverlap(cidr, CidrBlock) ? [`${SubnetId} (${CidrBlock})`] : [],
  );
  if (inTheWay.length === 0) return;
  throw refused(`The machines' range ${cidr} is not free in ${vpcId}: ${inTheWay.join(', ')} is in the way.`);
}

function withoutGateway(vpcId: string): string {
  return `The network ${vpcId} has no internet gateway, so nothing in it reaches the outside: attach one.`;
}

function refused(message: string): CallError {
  return new CallError({ outcome: 'rejected', reason: 'invalid', message });
}
