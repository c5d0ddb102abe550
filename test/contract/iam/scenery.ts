import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
} from '@aws-sdk/client-iam';
import type { AwsClients } from '#providers/aws/clients.ts';
import { refusalOf } from '../refusal.ts';

type Iam = Pick<AwsClients, 'iam'>;

export const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export const ACCESS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bootstrap-c1' }],
});

/** A path of a cluster, as the provider gives it to its roles and profiles. */
export const PATH = '/bootstrap/c1/';

export async function makeRole(
  { iam }: Iam,
  RoleName: string,
  extra: Partial<CreateRoleCommandInput> = {},
): Promise<string> {
  return refusalOf(iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...extra })));
}

/** A profile with a role of the same name, as EC2 takes it; answers with its id. */
export async function makeProfile({ iam }: Iam, name: string): Promise<string> {
  await makeRole({ iam }, name);
  const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
  return InstanceProfile?.InstanceProfileId ?? '';
}
