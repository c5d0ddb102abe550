import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { ALL_BEHIND, faultOf, refusalOf, SdkAccount } from '../support/sdk-account.ts';

const RoleName = 'worker';
const InstanceProfileName = 'worker-profile';
const PolicyName = 'access';
const document = (Action = 'sts:AssumeRole') => JSON.stringify({ Statement: [{ Effect: 'Allow', Action }] });

type Iam = Pick<IAMClient, 'send'>;

function createRole(iam: Iam, name = RoleName, more: object = {}) {
  return iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document(), ...more }));
}

function createProfile(iam: Iam, name = InstanceProfileName, more: object = {}) {
  return iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, ...more }));
}

function putPolicy(iam: Iam, PolicyDocument = document()) {
  return iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
}

const membership = { InstanceProfileName, RoleName };

test('IAM-1: a role and a profile are refused a second time', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await createProfile(iam);
  expect(await refusalOf(createRole(iam))).toBe('EntityAlreadyExistsException 409');
  expect(await refusalOf(createProfile(iam))).toBe('EntityAlreadyExistsException 409');
});

test('IAM-2: what is not there is named', async () => {
  const { iam } = (await SdkAccount.open()).in();
  const absent = await faultOf(iam.send(new GetRoleCommand({ RoleName })));
  expect([absent.name, absent.message]).toEqual([
    'NoSuchEntityException',
    'The role with name worker cannot be found.',
  ]);
  expect(await refusalOf(iam.send(new GetInstanceProfileCommand({ InstanceProfileName })))).toBe(
    'NoSuchEntityException 404',
  );
  expect(await refusalOf(iam.send(new DeleteRoleCommand({ RoleName })))).toBe('NoSuchEntityException 404');
});

test('IAM-3: a role made just now is not found by readers, nor by those who want to build on it', async () => {
  const account = await SdkAccount.open(ALL_BEHIND);
  const { iam } = account.in();
  await createRole(iam);
  await createProfile(iam);
  expect(await refusalOf(iam.send(new GetRoleCommand({ RoleName })))).toBe('NoSuchEntityException 404');
  expect(await refusalOf(putPolicy(iam))).toBe('NoSuchEntityException 404');
  expect(await refusalOf(iam.send(new AddRoleToInstanceProfileCommand(membership)))).toBe('NoSuchEntityException 404');
  await account.pass(10_000);
  await putPolicy(iam);
  await iam.send(new AddRoleToInstanceProfileCommand(membership));
});

test('IAM-4: documents come back with their characters escaped', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await putPolicy(iam, document('s3:*'));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B%22Statement/);
  expect(decodeURIComponent(PolicyDocument)).toBe(document('s3:*'));
});

test('IAM-5: tags are shown by who shows one thing, not by listings', async () => {
  const { iam } = (await SdkAccount.open()).in();
  const Tags = [{ Key: 'bootstrap:cluster', Value: 'uid' }];
  expect((await createRole(iam, RoleName, { Tags })).Role?.Tags).toEqual(Tags);
  await createProfile(iam, InstanceProfileName, { Tags });
  expect((await iam.send(new GetRoleCommand({ RoleName }))).Role?.Tags).toEqual(Tags);
  expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual(Tags);
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  expect(InstanceProfile?.Tags).toEqual(Tags);
  expect((await iam.send(new ListRolesCommand({}))).Roles?.[0]).not.toHaveProperty('Tags');
  expect((await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles?.[0]).not.toHaveProperty('Tags');
});

test('IAM-6: a document that is no policy is refused', async () => {
  const { iam } = (await SdkAccount.open()).in();
  const refusal = 'MalformedPolicyDocumentException 400';
  for (const text of ['', '{', '[]', '{"Version":"2012-10-17"}']) {
    expect(await refusalOf(createRole(iam, RoleName, { AssumeRolePolicyDocument: text }))).toBe(refusal);
  }
  await createRole(iam);
  expect(await refusalOf(putPolicy(iam, 'nonsense'))).toBe(refusal);
});

test('IAM-7: the inline policies of a role have 10,240 characters together, white space not counted', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  const rest = 10_240 - document('').length;
  await putPolicy(iam, `${document('x'.repeat(rest))}${' '.repeat(5_000)}`);
  expect(await refusalOf(putPolicy(iam, document('x'.repeat(rest + 1))))).toBe('LimitExceededException 409');
  const more = new PutRolePolicyCommand({ RoleName, PolicyName: 'more', PolicyDocument: document() });
  expect(await refusalOf(iam.send(more))).toBe('LimitExceededException 409');
});

test('IAM-8: a role that has policies is not deleted', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await putPolicy(iam);
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
  expect((await faultOf(remove())).message).toBe('Cannot delete entity, must detach all policies first.');
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  expect((await faultOf(remove())).message).toBe('Cannot delete entity, must delete policies first.');
  expect(await refusalOf(remove())).toBe('DeleteConflictException 409');
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  await remove();
});

test('IAM-9: a role in a profile, and a profile with a role, are not deleted', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await createProfile(iam);
  await iam.send(new AddRoleToInstanceProfileCommand(membership));
  const conflict = 'Cannot delete entity, must remove roles from instance profile first.';
  expect((await faultOf(iam.send(new DeleteRoleCommand({ RoleName })))).message).toBe(conflict);
  const removeProfile = () => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
  expect((await faultOf(removeProfile())).message).toBe(conflict);
  await iam.send(new RemoveRoleFromInstanceProfileCommand(membership));
  await removeProfile();
  await iam.send(new DeleteRoleCommand({ RoleName }));
});

test('IAM-10: a profile holds one role, and the same one not twice', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createProfile(iam);
  await createRole(iam);
  await createRole(iam, 'other');
  await iam.send(new AddRoleToInstanceProfileCommand(membership));
  for (const name of [RoleName, 'other']) {
    const again = await faultOf(iam.send(new AddRoleToInstanceProfileCommand({ ...membership, RoleName: name })));
    expect([again.name, again.message]).toEqual([
      'LimitExceededException',
      'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
    ]);
  }
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  expect(InstanceProfile?.Roles?.map((role) => role.RoleName)).toEqual([RoleName]);
});

test('IAM-11: a role that is not in a profile is not taken out of it', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createProfile(iam);
  await createRole(iam);
  const remove = iam.send(new RemoveRoleFromInstanceProfileCommand(membership));
  expect(await refusalOf(remove)).toBe('NoSuchEntityException 404');
});

test('IAM-12: a policy put under a name replaces the one that was there', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await putPolicy(iam, document('s3:GetObject'));
  await putPolicy(iam, document('s3:PutObject'));
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([PolicyName]);
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  expect(decodeURIComponent(PolicyDocument)).toBe(document('s3:PutObject'));
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  expect(await refusalOf(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })))).toBe(
    'NoSuchEntityException 404',
  );
});

test('IAM-13: a path groups what is listed and makes no second name', async () => {
  const { iam } = (await SdkAccount.open()).in();
  const { Role } = await createRole(iam, RoleName, { Path: '/bootstrap/one/' });
  expect(Role?.Arn).toMatch(/^arn:aws:iam::\d{12}:role\/bootstrap\/one\/worker$/);
  await createRole(iam, 'other', { Path: '/bootstrap/two/' });
  const listed = async (PathPrefix: string) =>
    (await iam.send(new ListRolesCommand({ PathPrefix }))).Roles?.map((role) => role.RoleName);
  expect(await listed('/bootstrap/one/')).toEqual([RoleName]);
  expect(await listed('/bootstrap/')).toEqual(['other', RoleName]);
  expect(await refusalOf(createRole(iam, RoleName, { Path: '/elsewhere/' }))).toBe('EntityAlreadyExistsException 409');
});

test('IAM-14: a page may hold fewer than was asked for and says whether more follow', async () => {
  const account = await SdkAccount.open({ pageSizeOne: 1 });
  const { iam } = account.in();
  for (const name of ['a', 'b']) await createRole(iam, name);
  const first = await iam.send(new ListRolesCommand({ MaxItems: 100 }));
  const second = await iam.send(new ListRolesCommand({ MaxItems: 100, Marker: first.Marker }));
  expect([first.Roles?.length, first.IsTruncated, second.Roles?.length, second.IsTruncated]).toEqual([
    1,
    true,
    1,
    false,
  ]);
  expect(second.Marker).toBe(undefined);
});

test('IAM-15: tag keys are told apart by their letters, not by their case', async () => {
  const { iam } = (await SdkAccount.open()).in();
  const Tags = [
    { Key: 'Name', Value: '1' },
    { Key: 'name', Value: '2' },
  ];
  expect(await refusalOf(createRole(iam, RoleName, { Tags }))).toBe('InvalidInputException 400');
  await createRole(iam);
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'a', Value: '1' }] }));
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'b', Value: '2' }] }));
  await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['a'] }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role?.Tags).toEqual([{ Key: 'b', Value: '2' }]);
});

test('IAM-16: managed policies are attached once, ten at most, and detached by name', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  const attach = (n: number) =>
    iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/P${n}` }));
  for (const n of [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) await attach(n);
  expect(await refusalOf(attach(10))).toBe('LimitExceededException 409');
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(AttachedPolicies).toHaveLength(10);
  const detach = new DetachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/P10' });
  expect(await refusalOf(iam.send(detach))).toBe('NoSuchEntityException 404');
});

test('IAM-17: the trust of a role is replaced as a whole', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  const PolicyDocument = document('sts:TagSession');
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(PolicyDocument);
});

test('IAM-24: what is tagged to a profile is taken away by its key; what is not there is no error', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createProfile(iam);
  const Tags = ['a', 'b'].map((Key) => ({ Key, Value: '1' }));
  await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags }));
  await iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: ['a', 'c'] }));
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  expect(InstanceProfile?.Tags).toEqual([{ Key: 'b', Value: '1' }]);
});

test('IAM-18: what is made through one region is there in all', async () => {
  const account = await SdkAccount.open();
  await createRole(account.in('eu-west-3').iam);
  expect(await refusalOf(createRole(account.in('us-east-1').iam))).toBe('EntityAlreadyExistsException 409');
});

test('IAM-19: the profiles of a role are told', async () => {
  const { iam } = (await SdkAccount.open()).in();
  await createRole(iam);
  await createProfile(iam);
  await createProfile(iam, 'empty');
  await iam.send(new AddRoleToInstanceProfileCommand(membership));
  await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'a', Value: '1' }] }));
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  expect(InstanceProfiles?.map((profile) => profile.InstanceProfileName)).toEqual([InstanceProfileName]);
});
