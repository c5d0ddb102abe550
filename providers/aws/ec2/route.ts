import { CreateRouteCommand, DeleteRouteCommand, ReplaceRouteCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { pending, presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const Inputs = z.strictObject({
  routeTableId: z.string(),
  /** Packets to this CIDR … */
  destination: z.string(),
  /** … leave through this internet gateway or NAT gateway: ids tell which it is. */
  gatewayId: z.string(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

/** One line of a route table. */
export const route = defineResource<AwsSession>()({
  kind: 'aws.ec2.route',
  inputs: Inputs,
  outputs: Inputs,
  identity: 'attachment',
  replaceOn: ['routeTableId', 'destination'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['routeTableId', 'destination'],
  idOf: ({ routeTableId, destination }) => `${destination} in ${routeTableId}`,

  async observe(aws, context, { inputs }) {
    const { routeTableId, destination } = inputs;
    const table = await aws.listings.routeTables.findById(context, routeTableId);
    const found = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === destination);
    if (found === undefined) return ABSENT;
    const outputs = { routeTableId, destination, gatewayId: found.GatewayId ?? found.NatGatewayId ?? '' };
    // One that leads to a gateway which is gone is turned, not waited for.
    const isAwaited = found.State === 'blackhole' && outputs.gatewayId === inputs.gatewayId;
    const condition = isAwaited ? pending('its gateway to be there') : READY;
    return presentBetween(outputs, context, table?.Tags, condition);
  },

  async create(aws, context, inputs) {
    const request = new CreateRouteCommand(requestFor(inputs));
    await aws.ec2.mutate(context, 'create the route', request);
    return inputs;
  },

  async sync(aws, context, inputs, observed) {
    if (inputs.gatewayId === observed.gatewayId) return observed;
    const request = new ReplaceRouteCommand(requestFor(inputs));
    try {
      await aws.ec2.mutate(context, 'turn the route', request);
    } catch (error) {
      if (!isRejected(error, 'invalid')) throw error;
      // EC2 has one name for a route that is gone and for a gateway that it does not see in the network yet.
      const message = 'Another look at the route table has to tell where the route leads.';
      throw new CallError({ outcome: 'ambiguous', message, cause: error });
    }
    return inputs;
  },

  async destroy(aws, context, { routeTableId: RouteTableId, destination: DestinationCidrBlock }) {
    await aws.ec2.remove(context, 'delete the route', new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));
  },
});

function requestFor({ routeTableId: RouteTableId, destination: DestinationCidrBlock, gatewayId }: Inputs) {
  const target = gatewayId.startsWith('nat-') ? { NatGatewayId: gatewayId } : { GatewayId: gatewayId };
  return { RouteTableId, DestinationCidrBlock, ...target };
}
