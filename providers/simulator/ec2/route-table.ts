import type { RouteTable as ShownRouteTable } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { madeBefore, rememberToken } from './client-tokens.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { isHolding, NAT_GATEWAYS } from './nat-gateway.ts';
import {
  INTERNET_GATEWAYS,
  missingRouteTable,
  missingSubnet,
  missingVpc,
  ROUTE_TABLES,
  type RouteTable,
  SUBNETS,
  VPCS,
} from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { isNatGatewayId } from './route.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const createRouteTable = ec2Operation({
  name: 'CreateRouteTable',
  input: request({ VpcId: z.string(), TagSpecifications, ClientToken: z.string().optional() }),
  run: ({ ClientToken: token, ...asked }, desk) => {
    const use = token === undefined ? undefined : { operation: 'CreateRouteTable', token, request: asked };
    const [madeId] = (use && madeBefore(desk, use)) ?? [];
    const made = madeId === undefined ? undefined : desk.truth(ROUTE_TABLES).get(madeId);
    if (made !== undefined) return { RouteTable: shownRouteTable(made, desk), ClientToken: token };
    mustSee(desk, VPCS, { id: asked.VpcId, missing: missingVpc });
    const inVpc = desk
      .truth(ROUTE_TABLES)
      .all()
      .filter(({ vpcId }) => vpcId === asked.VpcId);
    if (inVpc.length >= desk.weather.quotas.routeTablesPerVpc) {
      throw fault('RouteTableLimitExceeded', 'The maximum number of route tables has been reached.');
    }
    const table: RouteTable = {
      id: desk.chance.ec2Id('rtb'),
      vpcId: asked.VpcId,
      isMain: false,
      routes: [],
      associations: [],
      tags: tagsFor(asked.TagSpecifications, ['route-table']),
    };
    desk.put(ROUTE_TABLES, table.id, table);
    if (use !== undefined) rememberToken(desk, use, [table.id]);
    return { RouteTable: shownRouteTable(table, desk), ClientToken: token };
  },
});

const describeRouteTables = ec2Operation({
  name: 'DescribeRouteTables',
  input: request({ RouteTableIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, desk.view(ROUTE_TABLES).all(), {
      asked: input,
      ids: input.RouteTableIds,
      missing: missingRouteTable,
      fields: {
        'route-table-id': ({ id }) => [id],
        'vpc-id': ({ vpcId }) => [vpcId],
        'association.main': ({ isMain }) => [String(isMain)],
        'association.subnet-id': ({ associations }) => associations.map(({ subnetId }) => subnetId),
        'association.route-table-association-id': ({ associations }) => associations.map(({ id }) => id),
        'route.gateway-id': ({ routes }) => gatewayIdsOf(routes).filter((id) => !isNatGatewayId(id)),
        'route.nat-gateway-id': ({ routes }) => gatewayIdsOf(routes).filter(isNatGatewayId),
      },
    });
    return { RouteTables: items.map((table) => shownRouteTable(table, desk)), NextToken: nextToken };
  },
});

const deleteRouteTable = ec2Operation({
  name: 'DeleteRouteTable',
  input: request({ RouteTableId: z.string() }),
  run: ({ RouteTableId: id }, desk) => {
    const table = mustSee(desk, ROUTE_TABLES, { id, missing: missingRouteTable });
    if (table.isMain || table.associations.length > 0) {
      throw fault('DependencyViolation', `The routeTable '${id}' has dependencies and cannot be deleted.`);
    }
    desk.remove(ROUTE_TABLES, id);
    return {};
  },
});

const associateRouteTable = ec2Operation({
  name: 'AssociateRouteTable',
  input: request({ RouteTableId: z.string(), SubnetId: z.string() }),
  run: ({ RouteTableId: id, SubnetId: subnetId }, desk) => {
    const table = mustSee(desk, ROUTE_TABLES, { id, missing: missingRouteTable });
    const subnet = mustSee(desk, SUBNETS, { id: subnetId, missing: missingSubnet });
    if (subnet.vpcId !== table.vpcId) {
      throw fault('InvalidParameterValue', `Route table ${id} and subnet ${subnetId} belong to different networks`);
    }
    const isTaken = desk
      .truth(ROUTE_TABLES)
      .all()
      .some(({ associations }) => associations.some((association) => association.subnetId === subnetId));
    if (isTaken) {
      const words = `the specified association for route table ${id} conflicts with an existing association`;
      throw fault('Resource.AlreadyAssociated', words);
    }
    const association = { id: desk.chance.ec2Id('rtbassoc'), subnetId };
    desk.put(ROUTE_TABLES, id, { ...table, associations: [...table.associations, association] });
    return { AssociationId: association.id, AssociationState: { State: 'associated' } };
  },
});

const disassociateRouteTable = ec2Operation({
  name: 'DisassociateRouteTable',
  input: request({ AssociationId: z.string() }),
  run: ({ AssociationId: id }, desk) => {
    const table = desk.truth(ROUTE_TABLES).find(({ associations }) => associations.some((one) => one.id === id));
    if (table === undefined) {
      throw fault('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
    }
    const associations = table.associations.filter((association) => association.id !== id);
    desk.put(ROUTE_TABLES, table.id, { ...table, associations });
    return {};
  },
});

export const routeTableOperations = [
  createRouteTable,
  describeRouteTables,
  deleteRouteTable,
  associateRouteTable,
  disassociateRouteTable,
];

function shownRouteTable(table: RouteTable, desk: Desk): ShownRouteTable {
  const { id, vpcId, isMain, associations, routes, tags } = table;
  const main = { Main: true, RouteTableAssociationId: id.replace('rtb', 'rtbassoc'), RouteTableId: id };
  const vpc = desk.truth(VPCS).get(vpcId);
  const local = {
    DestinationCidrBlock: vpc?.cidr,
    GatewayId: 'local',
    State: 'active',
    Origin: 'CreateRouteTable',
  } as const;
  return {
    RouteTableId: id,
    VpcId: vpcId,
    OwnerId: desk.accountId,
    Associations: [
      ...(isMain ? [main] : []),
      ...associations.map((association) => ({
        Main: false,
        RouteTableAssociationId: association.id,
        RouteTableId: id,
        SubnetId: association.subnetId,
        AssociationState: { State: 'associated' as const },
      })),
    ],
    PropagatingVgws: [],
    Routes: [
      local,
      ...routes.map(({ destination, gatewayId }) => ({
        DestinationCidrBlock: destination,
        ...(isNatGatewayId(gatewayId) ? { NatGatewayId: gatewayId } : { GatewayId: gatewayId }),
        State: leadsOut(gatewayId, vpcId, desk) ? ('active' as const) : ('blackhole' as const),
        Origin: 'CreateRoute' as const,
      })),
    ],
    Tags: shownTags(tags),
  };
}

function gatewayIdsOf(routes: RouteTable['routes']): readonly string[] {
  return routes.map(({ gatewayId }) => gatewayId);
}

function leadsOut(gatewayId: string, vpcId: string, desk: Desk): boolean {
  const nat = desk.truth(NAT_GATEWAYS).get(gatewayId);
  if (isNatGatewayId(gatewayId)) return nat !== undefined && isHolding(nat, desk.nowMs);
  return desk.truth(INTERNET_GATEWAYS).get(gatewayId)?.vpcId === vpcId;
}
