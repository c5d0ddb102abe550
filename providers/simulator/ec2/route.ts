import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { parseCidr } from './cidr.ts';
import { mustSee, notFound } from './listing.ts';
import { isHolding, NAT_GATEWAYS } from './nat-gateway.ts';
import { INTERNET_GATEWAYS, missingRouteTable, ROUTE_TABLES, type RouteTable } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';

/** A route names its gateway by another kind of id than the gateway's own requests do. */
const missingNat = notFound('InvalidNatGatewayID.NotFound', 'natGateway ID');
const missingGateway = notFound('InvalidGatewayID.NotFound', 'gateway ID');

const TO_GATEWAY = request({
  RouteTableId: z.string(),
  DestinationCidrBlock: z.string(),
  GatewayId: z.string().optional(),
  NatGatewayId: z.string().optional(),
});

const createRoute = ec2Operation({
  name: 'CreateRoute',
  input: TO_GATEWAY,
  run: ({ RouteTableId, DestinationCidrBlock, ...target }, desk) => {
    const gatewayId = gatewayOf(target);
    const table = mustSee(desk, ROUTE_TABLES, { id: RouteTableId, missing: missingRouteTable });
    const destination = parseCidr(DestinationCidrBlock, 'destinationCidrBlock').text;
    refuseGateway(desk, table, gatewayId);
    if (table.routes.some((route) => route.destination === destination)) {
      throw fault('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
    }
    desk.put(ROUTE_TABLES, table.id, { ...table, routes: [...table.routes, { destination, gatewayId }] });
    return { Return: true };
  },
});

const replaceRoute = ec2Operation({
  name: 'ReplaceRoute',
  input: TO_GATEWAY,
  run: ({ RouteTableId, DestinationCidrBlock, ...target }, desk) => {
    const gatewayId = gatewayOf(target);
    const { table, destination, others } = findRoute(desk, RouteTableId, DestinationCidrBlock, nothingToReplace);
    refuseGateway(desk, table, gatewayId);
    desk.put(ROUTE_TABLES, table.id, { ...table, routes: [...others, { destination, gatewayId }] });
    return {};
  },
});

const deleteRoute = ec2Operation({
  name: 'DeleteRoute',
  input: request({ RouteTableId: z.string(), DestinationCidrBlock: z.string() }),
  run: ({ RouteTableId, DestinationCidrBlock }, desk) => {
    const { table, others } = findRoute(desk, RouteTableId, DestinationCidrBlock);
    desk.put(ROUTE_TABLES, table.id, { ...table, routes: others });
    return {};
  },
});

export const routeOperations = [createRoute, replaceRoute, deleteRoute];

type MissingRoute = (destination: string, tableId: string) => AwsFault;

const missingRoute: MissingRoute = (destination, tableId) =>
  fault('InvalidRoute.NotFound', `no route with destination-cidr-block ${destination} in route table ${tableId}`);

const nothingToReplace: MissingRoute = (destination, tableId) =>
  fault('InvalidParameterValue', `There is no route to ${destination} in ${tableId}: it has to be created.`);

function findRoute(desk: Desk, tableId: string, cidr: string, missing = missingRoute) {
  const table = mustSee(desk, ROUTE_TABLES, { id: tableId, missing: missingRouteTable });
  const destination = parseCidr(cidr, 'destinationCidrBlock').text;
  const others = table.routes.filter((route) => route.destination !== destination);
  if (others.length < table.routes.length) return { table, destination, others };
  throw missing(destination, tableId);
}

function refuseGateway(desk: Desk, { id: tableId, vpcId }: RouteTable, id: string): void {
  if (vpcOfGateway(desk, id) === vpcId) return;
  const words = `route table ${tableId} and network gateway ${id} belong to different networks`;
  throw fault('InvalidParameterValue', words);
}

interface Target {
  readonly GatewayId?: string | undefined;
  readonly NatGatewayId?: string | undefined;
}

function gatewayOf({ GatewayId, NatGatewayId }: Target): string {
  const gatewayId = GatewayId ?? NatGatewayId;
  if (gatewayId !== undefined && (GatewayId === undefined || NatGatewayId === undefined)) return gatewayId;
  throw fault('InvalidParameterCombination', 'Exactly one target of the route must be specified.');
}

/** Of a NAT gateway that is deleted, routes know nothing any more. */
function vpcOfGateway(desk: Desk, id: string): string | undefined {
  if (!isNatGatewayId(id)) return mustSee(desk, INTERNET_GATEWAYS, { id, missing: missingGateway }).vpcId;
  const nat = mustSee(desk, NAT_GATEWAYS, { id, missing: missingNat });
  if (!isHolding(nat, desk.nowMs)) throw missingNat(id);
  return nat.vpcId;
}

export function isNatGatewayId(id: string): boolean {
  return id.startsWith('nat-');
}
