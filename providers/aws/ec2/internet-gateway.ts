import { CreateInternetGatewayCommand, DeleteInternetGatewayCommand, type InternetGateway } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ gatewayId: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The way out of a network, once it is attached to one. EC2 would make another one for every request. */
export const internetGateway = tagged(byEc2('gatewayId'), {
  kind: 'aws.ec2.internet-gateway',
  inputs: z.strictObject(TAGS),
  outputs: Outputs,
  identity: 'tag',
  replaceOn: [],
  replaceOrder: 'create-first',
  stableOutputs: ['gatewayId'],
  idOf: ({ gatewayId }) => gatewayId,

  async observe(aws, context, { last }) {
    const found = await aws.listings.internetGateways.find(context, last?.gatewayId);
    return found === undefined ? ABSENT : present(outputsOf(found), found.Tags);
  },

  async create(aws, context) {
    const tags = [{ ResourceType: 'internet-gateway', Tags: ownerTags(context) } as const];
    const request = new CreateInternetGatewayCommand({ TagSpecifications: tags });
    const { InternetGateway: made } = await aws.ec2.mutate(context, 'create the internet gateway', request);
    return outputsOf(answered(made, 'InternetGateway'));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { gatewayId: InternetGatewayId }) {
    const request = new DeleteInternetGatewayCommand({ InternetGatewayId });
    await aws.ec2.remove(context, 'delete the internet gateway', request);
  },

  async list(aws, context) {
    return listed(await aws.listings.internetGateways.ofCluster(context), outputsOf);
  },
});

function outputsOf({ InternetGatewayId }: InternetGateway): Outputs {
  return { gatewayId: answered(InternetGatewayId, 'InternetGatewayId') };
}
