import { AssociateAddressCommand, DisassociateAddressCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, defineResource } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const Outputs = z.strictObject({ associationId: z.string() });

/** A fixed address at the machine that has it now. The one before may still be there: the address moves over. */
export const addressAssociation = defineResource<AwsSession>()({
  kind: 'aws.ec2.address-association',
  inputs: z.strictObject({ allocationId: z.string(), instanceId: z.string() }),
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['allocationId', 'instanceId'],
  replaceOrder: 'destroy-first',
  stableOutputs: [],
  // Somebody may have taken the address away and given it back.
  ignoreDriftOf: ['associationId'],
  idOf: ({ associationId }) => associationId,

  async observe({ listings }, context, { inputs: { allocationId, instanceId } }) {
    const address = await listings.addresses.findById(context, allocationId);
    if (address?.AssociationId === undefined || address.InstanceId !== instanceId) return ABSENT;
    return presentBetween({ associationId: address.AssociationId }, context, address.Tags);
  },

  async create(aws, context, { allocationId: AllocationId, instanceId: InstanceId }) {
    // Address and machine are both ours: wherever the address was, that is where it belongs.
    const request = new AssociateAddressCommand({ AllocationId, InstanceId, AllowReassociation: true });
    const { AssociationId } = await aws.ec2.mutate(context, 'give the machine its fixed address', request);
    return { associationId: answered(AssociationId, 'AssociationId') };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { associationId: AssociationId }) {
    const request = new DisassociateAddressCommand({ AssociationId });
    await aws.ec2.remove(context, 'take the fixed address from the machine', request);
  },
});
