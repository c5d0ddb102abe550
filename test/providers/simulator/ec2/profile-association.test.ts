import type { IamInstanceProfileAssociation } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makePlace } from '../support/test-network.ts';

const AssumeRolePolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

function makeProfile(account: TestAccount, name: string): void {
  account.call('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument });
  account.call('iam', 'CreateInstanceProfile', { InstanceProfileName: name });
  account.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName: name });
}

function removeProfile(account: TestAccount, name: string): void {
  account.call('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName: name, RoleName: name });
  account.call('iam', 'DeleteInstanceProfile', { InstanceProfileName: name });
}

/** An instance that runs, in an account with the profiles `nodes` and `others`. */
function runningInstance(account: TestAccount): string {
  for (const name of ['nodes', 'others']) makeProfile(account, name);
  const [id = ''] = idsOf(launch(account, makePlace(account).subnetId));
  account.pass(30_000);
  return id;
}

function associate(account: TestAccount, InstanceId: string, Name = 'nodes'): IamInstanceProfileAssociation {
  const input = { InstanceId, IamInstanceProfile: { Name } };
  return account.ec2('AssociateIamInstanceProfile', input).IamInstanceProfileAssociation ?? {};
}

function replace(account: TestAccount, AssociationId: string, Name = 'others'): IamInstanceProfileAssociation {
  const input = { AssociationId, IamInstanceProfile: { Name } };
  return account.ec2('ReplaceIamInstanceProfileAssociation', input).IamInstanceProfileAssociation ?? {};
}

function associations(account: TestAccount, input: object = {}): readonly IamInstanceProfileAssociation[] {
  return account.ec2('DescribeIamInstanceProfileAssociations', input).IamInstanceProfileAssociations ?? [];
}

function shownProfile(account: TestAccount, InstanceId: string) {
  const { Reservations } = account.ec2('DescribeInstances', { InstanceIds: [InstanceId] });
  return Reservations?.[0]?.Instances?.[0]?.IamInstanceProfile;
}

describe('an association with an instance profile', () => {
  test('EC2-96: is the only one of its instance', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const made = associate(account, InstanceId);
    expect(made.AssociationId).toMatch(/^iip-assoc-0[0-9a-f]{16}$/);
    expect(made.InstanceId).toBe(InstanceId);
    for (const name of ['nodes', 'others']) {
      const refusal = faultOf(() => associate(account, InstanceId, name));
      expect(refusal?.name).toBe('IncorrectState');
      expect(refusal?.message).toBe(`There is an existing association for instance ${InstanceId}`);
    }
  });

  test('EC2-97: is under way for about a second', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { State, IamInstanceProfile } = associate(account, InstanceId);
    expect(State).toBe('associating');
    expect(IamInstanceProfile?.Arn).toMatch(/:instance-profile\/nodes$/);
    expect(shownProfile(account, InstanceId)).toEqual(IamInstanceProfile);
    expect(associations(account)[0]?.State).toBe('associating');
    account.pass(1_000);
    expect(associations(account)[0]?.State).toBe('associated');
  });

  test('EC2-98: is refused for an instance that does not run, or is not there', () => {
    const account = new TestAccount();
    makeProfile(account, 'nodes');
    const [InstanceId = ''] = idsOf(launch(account, makePlace(account).subnetId));
    expect(refusalOf(() => associate(account, InstanceId))).toBe('IncorrectInstanceState');
    account.pass(30_000);
    account.ec2('TerminateInstances', { InstanceIds: [InstanceId] });
    expect(refusalOf(() => associate(account, InstanceId))).toBe('IncorrectInstanceState');
    expect(refusalOf(() => associate(account, 'i-0'))).toBe('InvalidInstanceID.NotFound');
  });

  test('EC2-99: waits for IAM: a profile that EC2 does not know yet, or has no role, is a wrong parameter', () => {
    const account = new TestAccount({ weather: { iamPropagationMs: 60_000 } });
    const InstanceId = runningInstance(account);
    const complaint = (name: string) => faultOf(() => associate(account, InstanceId, name));
    makeProfile(account, 'late');
    expect(complaint('late')?.name).toBe('InvalidParameterValue');
    expect(complaint('late')?.message).toMatch(/Invalid IAM Instance Profile name$/);
    expect(complaint('lost')?.message).toMatch(/Invalid IAM Instance Profile name$/);
    account.call('iam', 'CreateInstanceProfile', { InstanceProfileName: 'empty' });
    account.pass(60_000);
    expect(complaint('empty')?.message).toMatch(/has no associated IAM Roles$/);
    expect(complaint('late')).toBeUndefined();
  });

  test('EC2-100: is replaced by another of another id', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { AssociationId = '' } = associate(account, InstanceId);
    account.pass(1_000);
    const after = replace(account, AssociationId);
    expect(after).toMatchObject({ InstanceId, State: 'associating' });
    expect(after.IamInstanceProfile?.Arn).toMatch(/\/others$/);
    expect(after.AssociationId).not.toBe(AssociationId);
    expect(associations(account)).toEqual([after]);
    expect(refusalOf(() => replace(account, AssociationId))).toBe('InvalidAssociationID.NotFound');
  });

  test('EC2-101: is not replaced while its instance ends', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { AssociationId = '' } = associate(account, InstanceId);
    account.ec2('TerminateInstances', { InstanceIds: [InstanceId] });
    const refusal = faultOf(() => replace(account, AssociationId));
    expect(refusal?.name).toBe('IncorrectState');
    expect(refusal?.message).toBe(`The association ${AssociationId} is not the active association`);
  });

  test('EC2-102: is ended, and its instance is free for another', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { AssociationId } = associate(account, InstanceId);
    const end = () => account.ec2('DisassociateIamInstanceProfile', { AssociationId });
    expect(end().IamInstanceProfileAssociation).toMatchObject({ AssociationId, State: 'disassociating' });
    expect(shownProfile(account, InstanceId)).toBeUndefined();
    expect(associations(account)).toEqual([]);
    expect(refusalOf(end)).toBe('InvalidAssociationID.NotFound');
    expect(refusalOf(() => associate(account, InstanceId, 'others'))).toBe('accepted');
  });

  test('EC2-103: begins with an instance that is launched with a profile', () => {
    const account = new TestAccount();
    makeProfile(account, 'nodes');
    const IamInstanceProfile = { Name: 'nodes' };
    const [InstanceId = ''] = idsOf(launch(account, makePlace(account).subnetId, { IamInstanceProfile }));
    expect(associations(account)).toMatchObject([
      { InstanceId, IamInstanceProfile: shownProfile(account, InstanceId) },
    ]);
  });

  test('EC2-104: is found by id, instance and state, until its instance is terminated', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { AssociationId = '' } = associate(account, InstanceId);
    account.pass(1_000);
    const found = (Name: string, value: string) => associations(account, { Filters: [{ Name, Values: [value] }] });
    expect(found('instance-id', InstanceId)).toHaveLength(1);
    expect(found('instance-id', 'i-0')).toEqual([]);
    expect(found('state', 'associated')).toHaveLength(1);
    expect(found('state', 'associating')).toEqual([]);
    expect(associations(account, { AssociationIds: [AssociationId] })).toHaveLength(1);
    expect(refusalOf(() => associations(account, { AssociationIds: ['iip-assoc-0'] }))).toBe(
      'InvalidAssociationID.NotFound',
    );
    account.ec2('TerminateInstances', { InstanceIds: [InstanceId] });
    account.pass(30_000);
    expect(associations(account)).toEqual([]);
    expect(shownProfile(account, InstanceId)).toBeUndefined();
    expect(refusalOf(() => account.ec2('DisassociateIamInstanceProfile', { AssociationId }))).toBe(
      'InvalidAssociationID.NotFound',
    );
  });

  test('EC2-105: is with the profile of that time, though another of its name is made later', () => {
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    const { AssociationId = '', IamInstanceProfile: before } = associate(account, InstanceId);
    removeProfile(account, 'nodes');
    account.call('iam', 'CreateInstanceProfile', { InstanceProfileName: 'nodes' });
    account.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: 'nodes', RoleName: 'nodes' });
    expect(associations(account)[0]?.IamInstanceProfile).toEqual(before);
    const { IamInstanceProfile: after } = replace(account, AssociationId, 'nodes');
    expect(after?.Arn).toBe(before?.Arn);
    expect(after?.Id).not.toBe(before?.Id);
  });

  test('EC2-4, EC2-5: is seen late, and seen still when it has been ended', () => {
    const weather = { lagMs: 10_000, staleDescribe: 1 };
    const account = new TestAccount();
    const InstanceId = runningInstance(account);
    account.change(weather);
    const { AssociationId = '' } = associate(account, InstanceId);
    expect(associations(account)).toEqual([]);
    expect(refusalOf(() => replace(account, AssociationId))).toBe('InvalidAssociationID.NotFound');
    account.pass(10_000);
    expect(associations(account)).toHaveLength(1);
    account.ec2('DisassociateIamInstanceProfile', { AssociationId });
    expect(associations(account)).toHaveLength(1);
    account.pass(10_000);
    expect(associations(account)).toEqual([]);
  });
});
