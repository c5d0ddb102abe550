import { CreateRouteTableCommand, DeleteRouteTableCommand, type RouteTable } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ routeTableId: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** Where packets of the subnets go that are associated with it. */
export const routeTable = tagged(byEc2('routeTableId'), {
  kind: 'aws.ec2.route-table',
  inputs: z.strictObject({ vpcId: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'token',
  replaceOn: ['vpcId'],
  replaceOrder: 'create-first',
  stableOutputs: ['routeTableId'],
  idOf: ({ routeTableId }) => routeTableId,

  async observe(aws, context, { last }) {
    const found = await aws.listings.routeTables.find(context, last?.routeTableId);
    return found === undefined ? ABSENT : present(outputsOf(found), found.Tags);
  },

  async create(aws, context, { vpcId: VpcId }) {
    const tags = [{ ResourceType: 'route-table', Tags: ownerTags(context) } as const];
    const request = new CreateRouteTableCommand({ VpcId, ClientToken: context.token, TagSpecifications: tags });
    const { RouteTable: made } = await aws.ec2.mutate(context, 'create the route table', request);
    return outputsOf(answered(made, 'RouteTable'));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { routeTableId: RouteTableId }) {
    await aws.ec2.remove(context, 'delete the route table', new DeleteRouteTableCommand({ RouteTableId }));
  },

  async list(aws, context) {
    return listed(await aws.listings.routeTables.ofCluster(context), outputsOf);
  },
});

function outputsOf({ RouteTableId }: RouteTable): Outputs {
  return { routeTableId: answered(RouteTableId, 'RouteTableId') };
}
