import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import { makeGateway, makePlace, makeSubnet, makeTable, makeVpc, NOWHERE, tagged } from './scenery.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;

const OUT = '0.0.0.0/0';

interface Way {
  readonly RouteTableId: string;
  readonly GatewayId: string;
  readonly VpcId: string;
}

/** A table and a gateway of one VPC. */
async function makeWay(aws: Ec2): Promise<Way> {
  const VpcId = await makeVpc(aws);
  const GatewayId = await makeGateway(aws);
  await aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }));
  return { RouteTableId: await makeTable(aws, VpcId), GatewayId, VpcId };
}

async function makeRoute({ ec2 }: Ec2, { RouteTableId, GatewayId }: Way): Promise<string> {
  return refusalOf(ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock: OUT })));
}

async function lookAt({ ec2 }: Ec2, RouteTableId: string): Promise<RouteTable | undefined> {
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }));
  return RouteTables?.[0];
}

async function routeOut(aws: Ec2, { RouteTableId }: Way): Promise<string | undefined> {
  const table = await lookAt(aws, RouteTableId);
  return table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === OUT)?.State;
}

const tables = factsOf('ec2', {
  'table-local': {
    fact: 'A route table begins with the route within its VPC.',
    source: docs('vpc/latest/userguide/VPC_Route_Tables.html'),
    run: async (aws) => {
      const table = await lookAt(aws, await makeTable(aws, await makeVpc(aws)));
      return table?.Routes?.map(({ DestinationCidrBlock, GatewayId }) => [DestinationCidrBlock, GatewayId]);
    },
    holds: [['10.20.0.0/16', 'local']],
  },
  'table-tagged': {
    fact: 'A route table is found by a tag that it got in its create call.',
    source: ec2Api('CreateRouteTable'),
    run: async ({ ec2 }) => {
      const VpcId = await makeVpc({ ec2 });
      const TagSpecifications = tagged('route-table', { 'bootstrap:cluster': 'c1' });
      const { RouteTable: made } = await ec2.send(new CreateRouteTableCommand({ VpcId, TagSpecifications }));
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters, MaxResults: 100 }));
      return RouteTables?.map(({ RouteTableId }) => RouteTableId === made?.RouteTableId);
    },
    holds: [true],
  },
  'table-token': {
    fact: 'CreateRouteTable makes one table for a client token.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const asked = { VpcId: await makeVpc(aws), ClientToken: 'table-of-a-fact' };
      const first = await aws.ec2.send(new CreateRouteTableCommand(asked));
      const second = await aws.ec2.send(new CreateRouteTableCommand(asked));
      return first.RouteTable?.RouteTableId === second.RouteTable?.RouteTableId;
    },
    holds: true,
  },
  'table-token-mismatch': {
    fact: 'The same token with another VPC is IdempotentParameterMismatch.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const ask = (VpcId: string) => new CreateRouteTableCommand({ VpcId, ClientToken: 'table-of-a-fact' });
      await aws.ec2.send(ask(await makeVpc(aws)));
      return refusalOf(aws.ec2.send(ask(await makeVpc(aws))));
    },
    holds: 'IdempotentParameterMismatch 400',
  },
  'table-associated': {
    fact: 'An association has an id, is shown with its subnet, and is associated.',
    source: ec2Api('AssociateRouteTable'),
    run: async (aws) => {
      const { vpcId, subnetId: SubnetId } = await makePlace(aws);
      const RouteTableId = await makeTable(aws, vpcId);
      const { AssociationId } = await aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
      const found = (await lookAt(aws, RouteTableId))?.Associations?.find((one) => one.SubnetId === SubnetId);
      return [found?.RouteTableAssociationId === AssociationId, found?.AssociationState?.State, found?.Main];
    },
    holds: [true, 'associated', false],
  },
  'table-associated-twice': {
    fact: 'A subnet is in one association: with another table it is Resource.AlreadyAssociated.',
    source: ec2Api('AssociateRouteTable'),
    run: async (aws) => {
      const { vpcId, subnetId: SubnetId } = await makePlace(aws);
      const associate = async () => {
        const RouteTableId = await makeTable(aws, vpcId);
        return refusalOf(aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId })));
      };
      await associate();
      return associate();
    },
    holds: 'Resource.AlreadyAssociated 400',
  },
  'table-associated-kept': {
    fact: 'A table with an association is DependencyViolation, and deleted once without.',
    source: ec2Api('DeleteRouteTable'),
    run: async (aws) => {
      const { vpcId, subnetId: SubnetId } = await makePlace(aws);
      const RouteTableId = await makeTable(aws, vpcId);
      const { AssociationId } = await aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
      const remove = () => refusalOf(aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId })));
      const before = await remove();
      await aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId }));
      return [before, await remove(), await remove()];
    },
    holds: ['DependencyViolation 400', 'accepted', 'InvalidRouteTableID.NotFound 400'],
  },
  'table-disassociated-twice': {
    fact: 'An association that is not there is InvalidAssociationID.NotFound.',
    source: EC2_ERRORS,
    run: ({ ec2 }) => {
      const AssociationId = `rtbassoc-${NOWHERE}`;
      return refusalOf(ec2.send(new DisassociateRouteTableCommand({ AssociationId })));
    },
    holds: 'InvalidAssociationID.NotFound 400',
  },
  'table-other-vpc': {
    fact: 'A table serves no subnet of another VPC: InvalidParameterValue.',
    source: ec2Api('AssociateRouteTable'),
    run: async (aws) => {
      const RouteTableId = await makeTable(aws, await makeVpc(aws));
      const SubnetId = await makeSubnet(aws, await makeVpc(aws));
      return refusalOf(aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId })));
    },
    holds: 'InvalidParameterValue 400',
  },
  'table-main-kept': {
    fact: 'The main table of a VPC cannot be deleted by itself: DependencyViolation.',
    source: docs('vpc/latest/userguide/VPC_Route_Tables.html'),
    run: async (aws) => {
      const Filters = [{ Name: 'vpc-id', Values: [await makeVpc(aws)] }];
      const { RouteTables } = await aws.ec2.send(new DescribeRouteTablesCommand({ Filters }));
      const RouteTableId = RouteTables?.[0]?.RouteTableId;
      return refusalOf(aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId })));
    },
    holds: 'DependencyViolation 400',
  },
});

const routes = factsOf('ec2', {
  'route-active': {
    fact: 'A route to an attached gateway is active.',
    source: ec2Api('Route'),
    run: async (aws) => {
      const way = await makeWay(aws);
      await makeRoute(aws, way);
      return routeOut(aws, way);
    },
    holds: 'active',
  },
  'route-exists': {
    fact: 'A second route to a destination is RouteAlreadyExists.',
    source: issue('ansible/ansible#59863'),
    run: async (aws) => {
      const way = await makeWay(aws);
      await makeRoute(aws, way);
      return makeRoute(aws, way);
    },
    holds: 'RouteAlreadyExists 400',
  },
  'route-missing-gateway': {
    fact: 'A gateway that is not there is InvalidGatewayID.NotFound for a route, not InvalidInternetGatewayID.',
    source: EC2_ERRORS,
    run: async (aws) => makeRoute(aws, { ...(await makeWay(aws)), GatewayId: `igw-${NOWHERE}` }),
    holds: 'InvalidGatewayID.NotFound 400',
  },
  'route-foreign-gateway': {
    fact: 'A gateway of another network is InvalidParameterValue.',
    source: issue('giantswarm/aws-operator#632'),
    run: async (aws) => makeRoute(aws, { ...(await makeWay(aws)), GatewayId: (await makeWay(aws)).GatewayId }),
    holds: 'InvalidParameterValue 400',
  },
  'route-blackhole': {
    fact: 'A route whose gateway was detached is a blackhole.',
    source: ec2Api('Route'),
    run: async (aws) => {
      const way = await makeWay(aws);
      await makeRoute(aws, way);
      const { GatewayId: InternetGatewayId, VpcId } = way;
      await aws.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
      return routeOut(aws, way);
    },
    holds: 'blackhole',
  },
  'route-replaced': {
    fact: 'ReplaceRoute turns a route that is there.',
    source: ec2Api('ReplaceRoute'),
    run: async (aws) => {
      const { RouteTableId, GatewayId, VpcId } = await makeWay(aws);
      await makeRoute(aws, { RouteTableId, GatewayId, VpcId });
      const route = { RouteTableId, GatewayId, DestinationCidrBlock: OUT };
      return refusalOf(aws.ec2.send(new ReplaceRouteCommand(route)));
    },
    holds: 'accepted',
  },
  'route-replaced-missing': {
    fact: 'A route that is not there is not replaced: InvalidParameterValue, not InvalidRoute.NotFound.',
    source: issue('getmoto/moto#6425'),
    run: async (aws) => {
      const { RouteTableId, GatewayId } = await makeWay(aws);
      const route = { RouteTableId, GatewayId, DestinationCidrBlock: OUT };
      return refusalOf(aws.ec2.send(new ReplaceRouteCommand(route)));
    },
    holds: 'InvalidParameterValue 400',
  },
  'route-deleted-twice': {
    fact: 'A route that is not there is InvalidRoute.NotFound for a deletion.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const way = await makeWay(aws);
      await makeRoute(aws, way);
      const { RouteTableId } = way;
      const remove = () => {
        const command = new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: OUT });
        return refusalOf(aws.ec2.send(command));
      };
      return [await remove(), await remove()];
    },
    holds: ['accepted', 'InvalidRoute.NotFound 400'],
  },
});

export const routeFacts = [...tables, ...routes];
