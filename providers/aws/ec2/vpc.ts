import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeVpcAttributeCommand,
  ModifyVpcAttributeCommand,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, READY, type ResourceContext } from '#engine/resource.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { listed, pending, present } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { inVpc } from './blockers.ts';
import { byEc2 } from './taggings.ts';

const Inputs = z.strictObject({ cidr: z.string(), ...TAGS });

const Outputs = z.strictObject({
  vpcId: z.string(),
  cidr: z.string(),
  /** What the private names of machines need. */
  resolvesNames: z.boolean(),
  givesNames: z.boolean(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/** A network with names for its machines. EC2 would make another one for every request. */
export const vpc = tagged(byEc2('vpcId'), {
  kind: 'aws.ec2.vpc',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'tag',
  replaceOn: ['cidr'],
  replaceOrder: 'create-first',
  stableOutputs: ['vpcId', 'cidr'],
  idOf: ({ vpcId }) => vpcId,

  async observe(aws, context, { last }) {
    const found = await aws.listings.vpcs.find(context, last?.vpcId);
    const names = await unlessAbsent(readNames(aws, context, found?.VpcId));
    if (found === undefined || names === undefined) return ABSENT;
    const condition = found.State === 'available' ? READY : pending('it to become available');
    return present(outputsOf(found, names), found.Tags, condition);
  },

  async create(aws, context, { cidr }) {
    const tags = [{ ResourceType: 'vpc', Tags: ownerTags(context) } as const];
    const request = new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tags });
    const { Vpc: made } = await aws.ec2.mutate(context, 'create the network', request);
    return outputsOf(answered(made, 'Vpc'), AS_CREATED);
  },

  async sync(aws, context, _inputs, observed) {
    const { vpcId: VpcId, resolvesNames, givesNames } = observed;
    // Each request takes one attribute, and the second needs the first.
    if (!resolvesNames) {
      const request = new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: true } });
      await aws.ec2.mutate(context, 'let the network resolve names', request);
    }
    if (!givesNames) {
      const request = new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } });
      await aws.ec2.mutate(context, 'let the network name its machines', request);
    }
    return resolvesNames && givesNames ? observed : { ...observed, resolvesNames: true, givesNames: true };
  },

  async destroy(aws, context, { vpcId: VpcId }) {
    await aws.ec2.remove(context, 'delete the network', new DeleteVpcCommand({ VpcId }));
  },

  blockers: (aws, context, { vpcId }) => inVpc(aws, context, vpcId),

  async list(aws, context) {
    return listed(await aws.listings.vpcs.ofCluster(context), (found) => outputsOf(found, AS_CREATED));
  },
});

type Names = Pick<Outputs, 'resolvesNames' | 'givesNames'>;

const AS_CREATED: Names = { resolvesNames: true, givesNames: false };

async function readNames(
  { ec2 }: AwsSession,
  context: ResourceContext,
  VpcId: string | undefined,
): Promise<Names | undefined> {
  if (VpcId === undefined) return undefined;
  const read = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
    ec2.read(context, "read the network's attributes", new DescribeVpcAttributeCommand({ VpcId, Attribute }));
  const [support, hostnames] = await Promise.all([read('enableDnsSupport'), read('enableDnsHostnames')]);
  return {
    resolvesNames: support.EnableDnsSupport?.Value === true,
    givesNames: hostnames.EnableDnsHostnames?.Value === true,
  };
}

function outputsOf({ VpcId, CidrBlock }: Vpc, names: Names): Outputs {
  return { vpcId: answered(VpcId, 'VpcId'), cidr: answered(CidrBlock, 'CidrBlock'), ...names };
}
