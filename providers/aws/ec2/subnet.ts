import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  ModifySubnetAttributeCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, READY } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, pending, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { inSubnet } from './blockers.ts';
import { byEc2 } from './taggings.ts';

const Inputs = z.strictObject({
  vpcId: z.string(),
  zone: z.string(),
  cidr: z.string(),
  /** Whether its machines get a public address when they start. */
  mapsPublicAddresses: z.boolean(),
  ...TAGS,
});

const Outputs = z.strictObject({ subnetId: z.string(), zone: z.string(), mapsPublicAddresses: z.boolean(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The part of a network in one zone. Its CIDR is its name: a network has no two that overlap. */
export const subnet = tagged(byEc2('subnetId'), {
  kind: 'aws.ec2.subnet',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['vpcId', 'zone', 'cidr'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['subnetId', 'zone'],
  idOf: ({ subnetId }) => subnetId,

  async observe({ listings }, context, { inputs, last }) {
    const found =
      last === undefined
        ? (await listings.subnets.where(context, 'vpc-id', inputs.vpcId)).find(
            ({ CidrBlock }) => CidrBlock === inputs.cidr,
          )
        : await listings.subnets.findById(context, last.subnetId);
    if (found === undefined) return ABSENT;
    const condition = found.State === 'available' ? READY : pending('it to become available');
    return present(outputsOf(found), found.Tags, condition);
  },

  async create(aws, context, { vpcId: VpcId, zone: AvailabilityZone, cidr: CidrBlock }) {
    const tags = [{ ResourceType: 'subnet', Tags: ownerTags(context) } as const];
    const request = new CreateSubnetCommand({ VpcId, AvailabilityZone, CidrBlock, TagSpecifications: tags });
    const { Subnet: made } = await aws.ec2.mutate(context, 'create the subnet', request);
    return outputsOf(answered(made, 'Subnet'));
  },

  async sync(aws, context, { mapsPublicAddresses }, observed) {
    if (mapsPublicAddresses === observed.mapsPublicAddresses) return observed;
    const request = new ModifySubnetAttributeCommand({
      SubnetId: observed.subnetId,
      MapPublicIpOnLaunch: { Value: mapsPublicAddresses },
    });
    await aws.ec2.mutate(context, 'set whether machines get public addresses', request);
    return { ...observed, mapsPublicAddresses };
  },

  async destroy(aws, context, { subnetId: SubnetId }) {
    await aws.ec2.remove(context, 'delete the subnet', new DeleteSubnetCommand({ SubnetId }));
  },

  blockers: (aws, context, { subnetId }) => inSubnet(aws, context, subnetId),

  async list(aws, context) {
    return listed(await aws.listings.subnets.ofCluster(context), outputsOf);
  },
});

function outputsOf({ SubnetId, AvailabilityZone, MapPublicIpOnLaunch = false }: Subnet): Outputs {
  return {
    subnetId: answered(SubnetId, 'SubnetId'),
    zone: answered(AvailabilityZone, 'AvailabilityZone'),
    mapsPublicAddresses: MapPublicIpOnLaunch,
  };
}
