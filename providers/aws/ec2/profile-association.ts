import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  type IamInstanceProfileAssociation,
  ReplaceIamInstanceProfileAssociationCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import { pending, presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const Inputs = z.strictObject({
  instanceId: z.string(),
  /** The name of the instance profile. */
  profile: z.string(),
  /** Its id: one that was made anew has another, and the machine still that of the old one. */
  profileId: z.string(),
});

const Outputs = z.strictObject({ associationId: z.string(), profileId: z.string() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The role of a machine, given to it while it runs: its launch need not wait until EC2 has heard of the profile. */
export const profileAssociation = defineResource<AwsSession>()({
  kind: 'aws.ec2.profile-association',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['instanceId'],
  replaceOrder: 'destroy-first',
  stableOutputs: [],
  // It has another after every replacement, also by one that leads back to the same profile.
  ignoreDriftOf: ['associationId'],
  idOf: ({ associationId }) => associationId,

  async observe(aws, context, { inputs: { instanceId } }) {
    const found = await findAssociation(aws, context, instanceId);
    if (found === undefined) return ABSENT;
    const machine = await aws.listings.instances.findById(context, instanceId);
    const condition = found.State === 'associated' ? READY : pending('it to be associated');
    return presentBetween(outputsOf(found), context, machine?.Tags, condition);
  },

  async create(aws, context, { instanceId: InstanceId, profile: Name }) {
    const request = new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile: { Name } });
    const { IamInstanceProfileAssociation: made } = await aws.ec2.mutate(context, 'give the machine its role', request);
    return outputsOf(answered(made, 'IamInstanceProfileAssociation'));
  },

  async sync(aws, context, { profile: Name, profileId }, observed) {
    if (profileId === observed.profileId) return observed;
    const seen = { AssociationId: observed.associationId };
    const request = new ReplaceIamInstanceProfileAssociationCommand({ ...seen, IamInstanceProfile: { Name } });
    const answer = await unlessAbsent(aws.ec2.remove(context, 'give the machine another role', request));
    if (answer === undefined) {
      // The association that was seen has been ended since, or was an old sight.
      const message = 'Another look at the machine has to tell which role it has.';
      throw new CallError({ outcome: 'ambiguous', message });
    }
    return outputsOf(answered(answer.IamInstanceProfileAssociation, 'IamInstanceProfileAssociation'));
  },

  async destroy(aws, context, { associationId: AssociationId }) {
    const request = new DisassociateIamInstanceProfileCommand({ AssociationId });
    await aws.ec2.remove(context, 'take the role from the machine', request);
  },
});

/** A machine has one at most; those that are being ended do not count. */
async function findAssociation(
  { ec2 }: AwsSession,
  context: ResourceContext,
  instanceId: string,
): Promise<IamInstanceProfileAssociation | undefined> {
  const Filters = [
    { Name: 'instance-id', Values: [instanceId] },
    { Name: 'state', Values: ['associating', 'associated'] },
  ];
  const found = await everyPage(async (NextToken) => {
    const request = new DescribeIamInstanceProfileAssociationsCommand({ Filters, NextToken });
    const page = await ec2.read(context, 'look at the role of the machine', request);
    return { items: page.IamInstanceProfileAssociations ?? [], next: page.NextToken };
  });
  return found[0];
}

function outputsOf({ AssociationId, IamInstanceProfile }: IamInstanceProfileAssociation): Outputs {
  return {
    associationId: answered(AssociationId, 'AssociationId'),
    profileId: answered(IamInstanceProfile?.Id, 'IamInstanceProfile.Id'),
  };
}
