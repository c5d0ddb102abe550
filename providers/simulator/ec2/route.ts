import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { parseCidr } from './cidr.ts';
import { mustSee, notFound } from './listing.ts';
import { INTERNET_GATEWAYS, missingRouteTable, ROUTE_TABLES, type RouteTable } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';

/** A route names its gateway by another kind of id than the gateway's own requests do. */
const missingGateway = notFound('InvalidGatewayID.NotFound', 'gateway ID');

const TO_GATEWAY = request({ RouteTableId: z.string(), DestinationCidrBlock: z.string(), GatewayId: z.string() });

const createRoute = ec2Operation({
  name: 'CreateRoute',
  input: TO_GATEWAY,
  run: ({ RouteTableId, DestinationCidrBlock, GatewayId: gatewayId }, desk) => {
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
  run: ({ RouteTableId, DestinationCidrBlock, GatewayId: gatewayId }, desk) => {
    const { table, destination, others } = findRoute(desk, RouteTableId, DestinationCidrBlock);
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

function findRoute(desk: Desk, tableId: string, cidr: string) {
  const table = mustSee(desk, ROUTE_TABLES, { id: tableId, missing: missingRouteTable });
  const destination = parseCidr(cidr, 'destinationCidrBlock').text;
  const others = table.routes.filter((route) => route.destination !== destination);
  if (others.length < table.routes.length) return { table, destination, others };
  throw fault('InvalidRoute.NotFound', `no route with destination-cidr-block ${destination} in route table ${tableId}`);
}

function refuseGateway(desk: Desk, { id: tableId, vpcId }: RouteTable, id: string): void {
  const gateway = mustSee(desk, INTERNET_GATEWAYS, { id, missing: missingGateway });
  if (gateway.vpcId === vpcId) return;
  const words = `route table ${tableId} and network gateway ${id} belong to different networks`;
  throw fault('InvalidParameterValue', words);
}
