import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import type { AwsSession } from '../session.ts';
import { CLUSTER_TAG, type Tag, tagValue } from '../tags.ts';
import { isAlive } from './machine-presence.ts';
import { isNatGatewayAlive } from './nat-gateway.ts';

/** What keeps something from going, one line each, with whose it is. */
type Blockers = Promise<readonly string[]>;
type Looking = Pick<ResourceContext, 'read' | 'signal' | 'cluster'>;

export async function inVpc({ listings }: AwsSession, context: Looking, id: string): Blockers {
  const [subnets, groups, tables, gateways, interfaces] = await Promise.all([
    listings.subnets.where(context, 'vpc-id', id),
    listings.securityGroups.where(context, 'vpc-id', id),
    listings.routeTables.where(context, 'vpc-id', id),
    listings.internetGateways.where(context, 'attachment.vpc-id', id),
    listings.networkInterfaces.where(context, 'vpc-id', id),
  ]);
  const own = groups.filter(({ GroupName }) => GroupName !== 'default');
  const side = tables.filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main === true));
  return [
    ...subnets.map(({ SubnetId, Tags }) => told(context, `subnet ${SubnetId}`, Tags)),
    ...own.map(({ GroupId, GroupName, Tags }) => told(context, `security group ${GroupId} "${GroupName}"`, Tags)),
    ...side.map(({ RouteTableId, Tags }) => told(context, `route table ${RouteTableId}`, Tags)),
    ...gateways.map(({ InternetGatewayId, Tags }) => told(context, `internet gateway ${InternetGatewayId}`, Tags)),
    ...(await described({ listings }, context, interfaces)),
  ];
}

export async function inSubnet({ listings }: Pick<AwsSession, 'listings'>, context: Looking, id: string): Blockers {
  const [interfaces, gateways] = await Promise.all([
    listings.networkInterfaces.where(context, 'subnet-id', id),
    listings.natGateways.where(context, 'subnet-id', id),
  ]);
  const there = gateways.filter(isNatGatewayAlive);
  return [
    ...there.map(({ NatGatewayId, Tags }) => told(context, `NAT gateway ${NatGatewayId}`, Tags)),
    ...(await described(
      { listings },
      context,
      interfaces.filter(({ InterfaceType = '' }) => !NAT.test(InterfaceType)),
    )),
  ];
}

/** What is in it, and groups of others that let it in. */
export async function ofSecurityGroup(
  { listings }: Pick<AwsSession, 'listings'>,
  context: Looking,
  id: string,
): Blockers {
  const [interfaces, referring] = await Promise.all([
    listings.networkInterfaces.where(context, 'group-id', id),
    listings.securityGroups.where(context, 'ip-permission.group-id', id),
  ]);
  const others = referring.filter(({ GroupId }) => GroupId !== id);
  return [
    ...others.map(({ GroupId, GroupName, Tags }) =>
      told(context, `a rule of security group ${GroupId} "${GroupName}"`, Tags),
    ),
    ...(await described({ listings }, context, interfaces)),
  ];
}

/** A network keeps its way out as long as something in it has a public address. */
export async function ofWayOut({ listings }: Pick<AwsSession, 'listings'>, context: Looking, vpcId: string): Blockers {
  const interfaces = await listings.networkInterfaces.where(context, 'vpc-id', vpcId);
  return described(
    { listings },
    context,
    interfaces.filter(({ Association }) => Association?.PublicIp !== undefined),
  );
}

/** An interface bears no tag of ours: it is whose machine it serves, or the service's that made it. */
async function described(
  { listings }: Pick<AwsSession, 'listings'>,
  context: Looking,
  interfaces: readonly NetworkInterface[],
): Blockers {
  const ours = interfaces.length === 0 ? [] : (await listings.instances.ofCluster(context)).filter(isAlive);
  const mine = new Set(ours.map(({ InstanceId }) => InstanceId));
  return interfaces.map(
    ({ NetworkInterfaceId, Description = '', Attachment, RequesterId, RequesterManaged, TagSet }) => {
      const machine = Attachment?.InstanceId;
      if (machine !== undefined) {
        return `machine ${machine} (${mine.has(machine) ? OURS : NOT_OURS})`;
      }
      const what = `network interface ${NetworkInterfaceId}${Description === '' ? '' : ` "${Description}"`}`;
      return RequesterManaged === true
        ? `${what} (of the service ${RequesterId ?? 'AWS'})`
        : told(context, what, TagSet);
    },
  );
}

/** The SDK's model spells it in another way than the answers do. */
const NAT = /^nat_?gateway$/i;

const OURS = "this cluster's own";
const NOT_OURS = 'not of this cluster';

function told({ cluster }: Looking, what: string, tags: readonly Tag[] | undefined): string {
  const owner = tagValue(tags, CLUSTER_TAG);
  if (owner === cluster) return `${what} (${OURS})`;
  return `${what} (${owner === undefined ? NOT_OURS : `of the cluster ${owner}`})`;
}
