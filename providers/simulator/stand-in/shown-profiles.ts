import {
  DescribeIamInstanceProfileAssociationsCommand,
  type DescribeInstancesCommand,
  type DescribeInstancesCommandOutput,
  type EC2Client,
  type IamInstanceProfile,
} from '@aws-sdk/client-ec2';
import { onBehalf } from './on-behalf.ts';

/** AWS shows an instance with the id of its profile; an emulator may show that of the association between them. */
export async function withProfiles(
  ec2: Pick<EC2Client, 'send'>,
  command: DescribeInstancesCommand,
  options?: object,
): Promise<DescribeInstancesCommandOutput> {
  const answer = await ec2.send(command, options);
  const { Reservations = [] } = answer;
  if (!Reservations.some(({ Instances = [] }) => Instances.some((one) => one.IamInstanceProfile !== undefined)))
    return answer;
  const profiles = await profilesOf(ec2);
  const corrected = Reservations.map(({ Instances = [], ...reservation }) => ({
    ...reservation,
    Instances: Instances.map((one) => ({ ...one, IamInstanceProfile: profiles.get(one.InstanceId ?? '') })),
  }));
  return { ...answer, Reservations: corrected };
}

/** By instance. */
async function profilesOf(ec2: Pick<EC2Client, 'send'>): Promise<ReadonlyMap<string, IamInstanceProfile | undefined>> {
  const profiles = new Map<string, IamInstanceProfile | undefined>();
  let NextToken: string | undefined;
  do {
    const asking = new DescribeIamInstanceProfileAssociationsCommand({ NextToken });
    onBehalf(asking);
    const page = await ec2.send(asking);
    for (const { InstanceId = '', IamInstanceProfile } of page.IamInstanceProfileAssociations ?? [])
      profiles.set(InstanceId, IamInstanceProfile);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return profiles;
}
