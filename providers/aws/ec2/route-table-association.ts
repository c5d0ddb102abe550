import {
  AssociateRouteTableCommand,
  DisassociateRouteTableCommand,
  type RouteTableAssociation,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { pending, presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const Outputs = z.strictObject({ associationId: z.string() });

/** A subnet that uses a route table. */
export const routeTableAssociation = defineResource<AwsSession>()({
  kind: 'aws.ec2.route-table-association',
  inputs: z.strictObject({ routeTableId: z.string(), subnetId: z.string() }),
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['routeTableId', 'subnetId'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['associationId'],
  idOf: ({ associationId }) => associationId,

  async observe(aws, context, { inputs }) {
    const table = await aws.listings.routeTables.findById(context, inputs.routeTableId);
    const found = table?.Associations?.find(({ SubnetId }) => SubnetId === inputs.subnetId);
    if (found === undefined || stateOf(found) === 'disassociated') return ABSENT;
    const outputs = { associationId: answered(found.RouteTableAssociationId, 'RouteTableAssociationId') };
    const condition = stateOf(found) === 'associated' ? READY : pending('it to be associated');
    return presentBetween(outputs, context, table?.Tags, condition);
  },

  async create(aws, context, { routeTableId: RouteTableId, subnetId: SubnetId }) {
    const request = new AssociateRouteTableCommand({ RouteTableId, SubnetId });
    const { AssociationId } = await aws.ec2.mutate(context, 'give the subnet its routes', request);
    return { associationId: answered(AssociationId, 'AssociationId') };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { associationId: AssociationId }) {
    const request = new DisassociateRouteTableCommand({ AssociationId });
    await aws.ec2.remove(context, 'take the routes from the subnet', request);
  },
});

/** Answers may leave it out: then nothing is under way. */
function stateOf({ AssociationState }: RouteTableAssociation): string {
  return AssociationState?.State ?? 'associated';
}
