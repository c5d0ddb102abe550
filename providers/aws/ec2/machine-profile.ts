import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  type IamInstanceProfileAssociation,
  ReplaceIamInstanceProfileAssociationCommand,
} from '@aws-sdk/client-ec2';
import { CallError, isRejected } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';

interface Given {
  readonly instanceId: string;
  /** The name of the instance profile. */
  readonly profile: string;
  /** Whether it has another one, which may bear the same name. */
  readonly hasAnother: boolean;
}

type Session = Pick<AwsSession, 'ec2'>;

/** Gives a machine its role while it runs: its launch need not wait until EC2 has heard of the profile. */
export async function giveProfile(aws: Session, context: ResourceContext, given: Given): Promise<void> {
  try {
    await (given.hasAnother ? replaceProfile(aws, context, given) : associate(aws, context, given));
  } catch (error) {
    // It has been given one since, has lost the one that was seen, or runs no more.
    if (!LATE_SIGHTS.some((reason) => isRejected(error, reason))) throw error;
    const message = 'Another look at the machine has to tell which role it has.';
    throw new CallError({ outcome: 'ambiguous', message, cause: error });
  }
}

const LATE_SIGHTS = ['exists', 'absent', 'invalid'] as const;

async function associate(
  { ec2 }: Session,
  context: ResourceContext,
  { instanceId: InstanceId, profile: Name }: Given,
): Promise<void> {
  const request = new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile: { Name } });
  await ec2.mutate(context, 'give the machine its role', request);
}

async function replaceProfile(aws: Session, context: ResourceContext, given: Given): Promise<void> {
  const AssociationId = (await findAssociation(aws, context, given.instanceId))?.AssociationId;
  if (AssociationId === undefined) return associate(aws, context, given);
  const asked = { AssociationId, IamInstanceProfile: { Name: given.profile } };
  const request = new ReplaceIamInstanceProfileAssociationCommand(asked);
  await aws.ec2.remove(context, 'give the machine another role', request);
}

/** A machine has one at most; those that are being ended do not count. */
async function findAssociation(
  { ec2 }: Session,
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
