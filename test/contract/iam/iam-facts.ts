import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, iamApi, issue } from '../sources.ts';
import { ACCESS, makeProfile, makeRole, PATH, TRUST } from './scenery.ts';

type Iam = Pick<AwsClients, 'iam'>;

const NAMES = docs('IAM/latest/UserGuide/reference_identifiers.html');
const EXISTS = 'EntityAlreadyExistsException 409';
const MISSING = 'NoSuchEntityException 404';
const CONFLICT = 'DeleteConflictException 409';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

async function allow({ iam }: Iam, RoleName: string, PolicyDocument = ACCESS): Promise<string> {
  return refusalOf(iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'access', PolicyDocument })));
}

async function removeRole({ iam }: Iam, RoleName: string): Promise<string> {
  return refusalOf(iam.send(new DeleteRoleCommand({ RoleName })));
}

const meaning = (text = ''): unknown => JSON.parse(decodeURIComponent(text));

const roles = factsOf('iam', {
  'role-made': {
    fact: 'CreateRole answers with name, path and ARN; the ARN has the path in it.',
    source: NAMES,
    run: async (aws) => {
      await makeRole(aws, 'workers', { Path: PATH });
      const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: 'workers' }));
      return [Role?.RoleName, Role?.Path, Role?.Arn?.endsWith(':role/bootstrap/c1/workers')];
    },
    holds: ['workers', PATH, true],
  },
  'role-tagged': {
    fact: 'Tags go into CreateRole and are shown by GetRole.',
    source: iamApi('CreateRole'),
    run: async (aws) => {
      await makeRole(aws, 'workers', { Tags: [{ Key: 'bootstrap:cluster', Value: 'c1' }] });
      return (await aws.iam.send(new GetRoleCommand({ RoleName: 'workers' }))).Role?.Tags;
    },
    holds: [{ Key: 'bootstrap:cluster', Value: 'c1' }],
  },
  'role-exists': {
    fact: 'A name that is taken is EntityAlreadyExists 409, whatever its path.',
    source: NAMES,
    run: async (aws) => {
      await makeRole(aws, 'workers', { Path: PATH });
      return makeRole(aws, 'workers', { Path: '/other/' });
    },
    holds: EXISTS,
  },
  'role-missing': {
    fact: 'A role that is not there is NoSuchEntity 404.',
    source: iamApi('GetRole'),
    run: ({ iam }) => refusalOf(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))),
    holds: MISSING,
  },
  'role-missing-deleted': {
    fact: 'Deleting a role that is not there is NoSuchEntity 404.',
    source: iamApi('DeleteRole'),
    run: (aws) => removeRole(aws, 'nobody'),
    holds: MISSING,
  },
  'role-listed-by-path': {
    fact: 'A path prefix narrows a listing of roles.',
    source: iamApi('ListRoles'),
    run: async (aws) => {
      await makeRole(aws, 'workers', { Path: PATH });
      await makeRole(aws, 'others', { Path: '/bootstrap/c2/' });
      const { Roles, IsTruncated } = await aws.iam.send(new ListRolesCommand({ PathPrefix: PATH }));
      return [Roles?.map(({ RoleName }) => RoleName), IsTruncated];
    },
    holds: [['workers'], false],
  },
  'role-listed-without-tags': {
    fact: 'A listing of roles leaves out the tags.',
    source: iamApi('ListRoles'),
    run: async (aws) => {
      await makeRole(aws, 'workers', { Path: PATH, Tags: [{ Key: 'bootstrap:cluster', Value: 'c1' }] });
      return (await aws.iam.send(new ListRolesCommand({ PathPrefix: PATH }))).Roles?.[0]?.Tags;
    },
    holds: undefined,
  },
  'role-pages': {
    fact: 'A page of roles holds no more than asked for; the marker leads on.',
    source: iamApi('ListRoles'),
    run: async (aws) => {
      for (const name of ['a', 'b', 'c']) await makeRole(aws, name, { Path: PATH });
      const list = (Marker?: string) =>
        aws.iam.send(new ListRolesCommand({ PathPrefix: PATH, MaxItems: 2, ...(Marker && { Marker }) }));
      const first = await list();
      const second = await list(first.Marker);
      return [first.Roles?.length, first.IsTruncated, second.Roles?.length, second.IsTruncated];
    },
    holds: [2, true, 1, false],
  },
  'role-trust': {
    fact: 'The trust comes back percent-encoded, and is replaced as a whole.',
    source: iamApi('UpdateAssumeRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers', { AssumeRolePolicyDocument: ACCESS.replace('s3:ListBucket', 'sts:AssumeRole') });
      const command = new UpdateAssumeRolePolicyCommand({ RoleName: 'workers', PolicyDocument: TRUST });
      await aws.iam.send(command);
      const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: 'workers' }));
      const text = Role?.AssumeRolePolicyDocument;
      return { isEncoded: text?.startsWith('%7B'), document: meaning(text) };
    },
    holds: { isEncoded: true, document: meaning(TRUST) },
  },
  'role-malformed-trust': {
    fact: 'What is no policy document is MalformedPolicyDocument.',
    source: iamApi('CreateRole'),
    run: (aws) => makeRole(aws, 'workers', { AssumeRolePolicyDocument: '{"no": "policy"}' }),
    holds: 'MalformedPolicyDocumentException 400',
  },
});

const policies = factsOf('iam', {
  'policy-written': {
    fact: 'An inline policy comes back percent-encoded, with the same meaning.',
    source: iamApi('GetRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      await allow(aws, 'workers');
      const command = new GetRolePolicyCommand({ RoleName: 'workers', PolicyName: 'access' });
      const { PolicyDocument: text } = await aws.iam.send(command);
      return { isEncoded: text?.startsWith('%7B'), document: meaning(text) };
    },
    holds: { isEncoded: true, document: meaning(ACCESS) },
  },
  'policy-replaced': {
    fact: 'PutRolePolicy replaces the policy of that name.',
    source: iamApi('PutRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      await allow(aws, 'workers');
      await allow(aws, 'workers', ACCESS.replace('c1', 'c2'));
      const names = await aws.iam.send(new ListRolePoliciesCommand({ RoleName: 'workers' }));
      const command = new GetRolePolicyCommand({ RoleName: 'workers', PolicyName: 'access' });
      const { PolicyDocument } = await aws.iam.send(command);
      return [names.PolicyNames, PolicyDocument?.includes('c2')];
    },
    holds: [['access'], true],
  },
  'policy-missing': {
    fact: 'A policy that is not there is NoSuchEntity 404.',
    source: iamApi('GetRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      const asked = { RoleName: 'workers', PolicyName: 'access' };
      return refusalOf(aws.iam.send(new GetRolePolicyCommand(asked)));
    },
    holds: MISSING,
  },
  'policy-of-missing-role': {
    fact: 'A role that is not there is given no policy: NoSuchEntity 404.',
    source: iamApi('PutRolePolicy'),
    run: (aws) => allow(aws, 'nobody'),
    holds: MISSING,
  },
  'policy-malformed': {
    fact: 'What is no policy document is MalformedPolicyDocument for PutRolePolicy too.',
    source: iamApi('PutRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      return allow(aws, 'workers', 'no JSON');
    },
    holds: 'MalformedPolicyDocumentException 400',
  },
  'policy-keeps-role': {
    fact: 'A role with an inline policy is not deleted: DeleteConflict 409; without it, it is.',
    source: iamApi('DeleteRole'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      await allow(aws, 'workers');
      const before = await removeRole(aws, 'workers');
      await aws.iam.send(new DeleteRolePolicyCommand({ RoleName: 'workers', PolicyName: 'access' }));
      return [before, await removeRole(aws, 'workers')];
    },
    holds: [CONFLICT, 'accepted'],
  },
  'policy-deleted-twice': {
    fact: 'Deleting a policy that is not there is NoSuchEntity 404.',
    source: iamApi('DeleteRolePolicy'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      const asked = { RoleName: 'workers', PolicyName: 'access' };
      return refusalOf(aws.iam.send(new DeleteRolePolicyCommand(asked)));
    },
    holds: MISSING,
  },
  'policy-attached': {
    fact: 'An attached policy is listed, keeps the role, and is detached once.',
    source: issue('awslabs/aws-orbit-workbench#633'),
    run: async (aws) => {
      await makeRole(aws, 'workers');
      const asked = { RoleName: 'workers', PolicyArn: READ_ONLY };
      await aws.iam.send(new AttachRolePolicyCommand(asked));
      const { AttachedPolicies } = await aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'workers' }));
      const kept = await removeRole(aws, 'workers');
      const detach = () => refusalOf(aws.iam.send(new DetachRolePolicyCommand(asked)));
      return [AttachedPolicies?.map(({ PolicyArn }) => PolicyArn), kept, await detach(), await detach()];
    },
    holds: [[READ_ONLY], CONFLICT, 'accepted', MISSING],
  },
});

async function makeEmptyProfile({ iam }: Iam, InstanceProfileName: string, Path = '/'): Promise<string> {
  const Tags = [{ Key: 'bootstrap:cluster', Value: 'c1' }];
  return refusalOf(iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path, Tags })));
}

const profiles = factsOf('iam', {
  'profile-tagged': {
    fact: 'Tags go into CreateInstanceProfile and are shown by GetInstanceProfile.',
    source: iamApi('CreateInstanceProfile'),
    run: async (aws) => {
      await makeEmptyProfile(aws, 'workers');
      const command = new GetInstanceProfileCommand({ InstanceProfileName: 'workers' });
      const { InstanceProfile } = await aws.iam.send(command);
      return [InstanceProfile?.Tags, InstanceProfile?.Roles];
    },
    holds: [[{ Key: 'bootstrap:cluster', Value: 'c1' }], []],
  },
  'profile-exists': {
    fact: 'The name of a profile is taken once: EntityAlreadyExists 409.',
    source: iamApi('CreateInstanceProfile'),
    run: async (aws) => [await makeEmptyProfile(aws, 'workers'), await makeEmptyProfile(aws, 'workers', PATH)],
    holds: ['accepted', EXISTS],
  },
  'profile-missing': {
    fact: 'A profile that is not there is NoSuchEntity 404.',
    source: iamApi('GetInstanceProfile'),
    run: ({ iam }) => refusalOf(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'nobody' }))),
    holds: MISSING,
  },
  'profile-with-role': {
    fact: 'A profile shows the role that is in it.',
    source: iamApi('InstanceProfile'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      const command = new GetInstanceProfileCommand({ InstanceProfileName: 'workers' });
      const { InstanceProfile } = await aws.iam.send(command);
      return InstanceProfile?.Roles?.map(({ RoleName }) => RoleName);
    },
    holds: ['workers'],
  },
  'profile-one-role': {
    fact: 'A profile holds one role: another is LimitExceeded 409.',
    source: iamApi('AddRoleToInstanceProfile'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      await makeRole(aws, 'storage');
      const asked = { InstanceProfileName: 'workers', RoleName: 'storage' };
      return refusalOf(aws.iam.send(new AddRoleToInstanceProfileCommand(asked)));
    },
    holds: 'LimitExceededException 409',
  },
  'profile-same-role': {
    fact: 'The same role again is LimitExceeded 409 too.',
    source: issue('getmoto/moto#6404'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      const asked = { InstanceProfileName: 'workers', RoleName: 'workers' };
      return refusalOf(aws.iam.send(new AddRoleToInstanceProfileCommand(asked)));
    },
    holds: 'LimitExceededException 409',
  },
  'profile-missing-role': {
    fact: 'A role that is not there is not put into a profile: NoSuchEntity 404.',
    source: iamApi('AddRoleToInstanceProfile'),
    run: async (aws) => {
      await makeEmptyProfile(aws, 'workers');
      const asked = { InstanceProfileName: 'workers', RoleName: 'nobody' };
      return refusalOf(aws.iam.send(new AddRoleToInstanceProfileCommand(asked)));
    },
    holds: MISSING,
  },
  'profile-keeps-role': {
    fact: 'A role in a profile is not deleted: DeleteConflict 409.',
    source: issue('99designs/iamy#68'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      return removeRole(aws, 'workers');
    },
    holds: CONFLICT,
  },
  'profile-kept-by-role': {
    fact: 'A profile with a role is not deleted: DeleteConflict 409; without it, it is.',
    source: iamApi('DeleteInstanceProfile'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      const place = { InstanceProfileName: 'workers' };
      const remove = () => refusalOf(aws.iam.send(new DeleteInstanceProfileCommand(place)));
      const before = await remove();
      await aws.iam.send(new RemoveRoleFromInstanceProfileCommand({ ...place, RoleName: 'workers' }));
      return [before, await remove(), await remove()];
    },
    holds: [CONFLICT, 'accepted', MISSING],
  },
  'profile-role-not-in-it': {
    fact: 'Taking out a role that is not in a profile is NoSuchEntity 404.',
    source: iamApi('RemoveRoleFromInstanceProfile'),
    run: async (aws) => {
      await makeEmptyProfile(aws, 'workers');
      await makeRole(aws, 'storage');
      const asked = { InstanceProfileName: 'workers', RoleName: 'storage' };
      return refusalOf(aws.iam.send(new RemoveRoleFromInstanceProfileCommand(asked)));
    },
    holds: MISSING,
  },
  'profile-listed-by-path': {
    fact: 'A path prefix narrows a listing of profiles.',
    source: iamApi('ListInstanceProfiles'),
    run: async (aws) => {
      await makeEmptyProfile(aws, 'workers', PATH);
      await makeEmptyProfile(aws, 'others', '/bootstrap/c2/');
      const { InstanceProfiles } = await aws.iam.send(new ListInstanceProfilesCommand({ PathPrefix: PATH }));
      return InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName);
    },
    holds: ['workers'],
  },
  'profile-made-anew': {
    fact: 'A profile that is made anew has another id.',
    source: NAMES,
    run: async (aws) => {
      const InstanceProfileName = 'workers';
      const make = async () => {
        const { InstanceProfile } = await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
        return InstanceProfile?.InstanceProfileId;
      };
      const before = await make();
      await aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
      return before === (await make());
    },
    holds: false,
  },
  global: {
    fact: 'Roles belong to the account, not to a region.',
    source: docs('IAM/latest/UserGuide/introduction.html'),
    run: async (aws, judge) => {
      await makeRole(aws, 'workers');
      const { Role } = await judge.in('us-east-1').iam.send(new GetRoleCommand({ RoleName: 'workers' }));
      return Role?.RoleName;
    },
    holds: 'workers',
  },
});

export const iamFacts = [...roles, ...policies, ...profiles];
