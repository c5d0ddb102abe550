import { type Address, AllocateAddressCommand, ReleaseAddressCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ allocationId: z.string(), publicAddress: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** A public address that stays the same until it is given back. EC2 would give another one for every request. */
export const address = tagged(byEc2('allocationId'), {
  kind: 'aws.ec2.address',
  inputs: z.strictObject(TAGS),
  outputs: Outputs,
  identity: 'tag',
  replaceOn: [],
  replaceOrder: 'create-first',
  stableOutputs: ['allocationId', 'publicAddress'],
  idOf: ({ allocationId }) => allocationId,

  async observe({ listings }, context, { last }) {
    const found = await listings.addresses.find(context, last?.allocationId);
    return found === undefined ? ABSENT : present(outputsOf(found), found.Tags);
  },

  async create(aws, context) {
    const tags = [{ ResourceType: 'elastic-ip', Tags: ownerTags(context) } as const];
    const request = new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tags });
    return outputsOf(await aws.ec2.mutate(context, 'reserve the public address', request));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { allocationId: AllocationId, publicAddress }) {
    const found = await aws.listings.addresses.findById(context, AllocationId);
    // A machine that ends keeps its address to the last; looking is cheaper than being refused.
    if (found?.AssociationId !== undefined) {
      const machine = found.InstanceId ?? '';
      const user = machine === '' ? 'what EC2 runs with it, such as a NAT gateway,' : machine;
      const message = `${user} to let go of the address ${publicAddress}`;
      throw new CallError({ outcome: 'rejected', reason: 'dependency', message });
    }
    await aws.ec2.remove(context, 'give the public address back', new ReleaseAddressCommand({ AllocationId }));
  },

  async list({ listings }, context) {
    return listed(await listings.addresses.ofCluster(context), outputsOf);
  },
});

function outputsOf({ AllocationId, PublicIp }: Pick<Address, 'AllocationId' | 'PublicIp'>): Outputs {
  return { allocationId: answered(AllocationId, 'AllocationId'), publicAddress: answered(PublicIp, 'PublicIp') };
}
