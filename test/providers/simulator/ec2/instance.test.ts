import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makeGroup, makePlace, makeRole, makeVpc, tagged } from '../support/test-network.ts';

const HOUR_MS = 3_600_000;

function described(account: TestAccount, input: object = {}): readonly Instance[] {
  const { Reservations = [] } = account.ec2('DescribeInstances', input);
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

function statesOf(account: TestAccount, input: object = {}): readonly unknown[] {
  return described(account, input).map(({ State }) => State?.Name);
}

describe('an instance', () => {
  test('NODE-1: runs after about 18 s', () => {
    const account = new TestAccount();
    launch(account, makePlace(account).subnetId);
    expect(statesOf(account)).toEqual(['pending']);
    account.pass(14_000);
    expect(statesOf(account)).toEqual(['pending']);
    account.pass(7_000);
    expect(statesOf(account)).toEqual(['running']);
  });

  test('EC2-80: that is terminated shuts down, stays to be seen for an hour, and is gone', () => {
    const account = new TestAccount();
    const InstanceIds = idsOf(launch(account, makePlace(account).subnetId));
    account.pass(30_000);
    account.ec2('TerminateInstances', { InstanceIds });
    expect(statesOf(account)).toEqual(['shutting-down']);
    account.pass(30_000);
    expect(statesOf(account, { InstanceIds })).toEqual(['terminated']);
    account.pass(HOUR_MS - 60_000);
    expect(statesOf(account)).toEqual(['terminated']);
    account.pass(90_000);
    expect(described(account)).toEqual([]);
    expect(refusalOf(() => described(account, { InstanceIds }))).toBe('InvalidInstanceID.NotFound');
  });

  test('EC2-81: that is terminated says why, and has neither network nor disks', () => {
    const account = new TestAccount();
    const InstanceIds = idsOf(launch(account, makePlace(account).subnetId));
    account.ec2('TerminateInstances', { InstanceIds });
    account.pass(30_000);
    const [instance] = described(account);
    expect(instance?.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    expect(instance).not.toHaveProperty('SubnetId');
    expect(instance).toMatchObject({ SecurityGroups: [], BlockDeviceMappings: [] });
    expect(account.account.walk(account.nowMs).find(({ kind }) => kind === 'instance')?.isAlive).toBe(false);
  });

  test('EC2-82: can be terminated as often as one likes', () => {
    const account = new TestAccount();
    const InstanceIds = idsOf(launch(account, makePlace(account).subnetId));
    account.pass(30_000);
    const terminate = () => {
      const { TerminatingInstances } = account.ec2('TerminateInstances', { InstanceIds });
      return TerminatingInstances?.map(({ PreviousState, CurrentState }) => [PreviousState?.Name, CurrentState?.Name]);
    };
    expect(terminate()).toEqual([['running', 'shutting-down']]);
    expect(terminate()).toEqual([['shutting-down', 'shutting-down']]);
    account.pass(30_000);
    expect(terminate()).toEqual([['terminated', 'terminated']]);
  });

  test('EC2-83: is not terminated when one beside it in the request is not there', () => {
    const account = new TestAccount();
    const ids = idsOf(launch(account, makePlace(account).subnetId));
    const InstanceIds = [...ids, 'i-0'];
    expect(refusalOf(() => account.ec2('TerminateInstances', { InstanceIds }))).toBe('InvalidInstanceID.NotFound');
    expect(statesOf(account)).toEqual(['pending']);
  });

  test('EC2-11: is found by tag, token, state, network and id, each filter narrowing the others', () => {
    const account = new TestAccount();
    const { vpcId, subnetId } = makePlace(account);
    const [first = ''] = idsOf(launch(account, subnetId, tagged('instance', { role: 'worker' })));
    launch(account, subnetId, { ClientToken: 'other' });
    const found = (...Filters: object[]) => idsOf(described(account, { Filters }));
    expect(found({ Name: 'tag:role', Values: ['worker'] })).toEqual([first]);
    expect(found({ Name: 'tag-key', Values: ['role'] })).toEqual([first]);
    expect(found({ Name: 'tag:role', Values: ['w*', 'storage'] })).toEqual([first]);
    expect(found({ Name: 'tag:role', Values: ['wor?er'] })).toEqual([first]);
    expect(found({ Name: 'tag:role', Values: ['worke.'] })).toEqual([]);
    expect(found({ Name: 'client-token', Values: ['token'] })).toEqual([first]);
    expect(found({ Name: 'instance-id', Values: [first] })).toEqual([first]);
    expect(found({ Name: 'vpc-id', Values: [vpcId] })).toHaveLength(2);
    expect(found({ Name: 'instance-state-name', Values: ['pending', 'running'] })).toHaveLength(2);
    expect(found({ Name: 'subnet-id', Values: [subnetId] }, { Name: 'client-token', Values: ['other'] })).toHaveLength(
      1,
    );
    expect(refusalOf(() => found({ Name: 'colour', Values: ['red'] }))).toBe('InvalidParameterValue');
  });

  test('EC2-8: is listed in pages, of at least five, and never by ids and pages together', () => {
    const account = new TestAccount();
    const made = launch(account, makePlace(account).subnetId, { MinCount: 7, MaxCount: 7 });
    const first = account.ec2('DescribeInstances', { MaxResults: 5 });
    const second = account.ec2('DescribeInstances', {
      MaxResults: 5,
      NextToken: first.NextToken,
    });
    const ids = [first, second].map(({ Reservations }) => idsOf(Reservations?.[0]?.Instances ?? []));
    expect(ids.map(({ length }) => length)).toEqual([5, 2]);
    expect(ids.flat().toSorted()).toEqual(idsOf(made).toSorted());
    expect(second.NextToken).toBeUndefined();
    expect(refusalOf(() => described(account, { MaxResults: 4 }))).toBe('InvalidParameterValue');
    const both = { MaxResults: 5, InstanceIds: idsOf(made) };
    expect(refusalOf(() => described(account, both))).toBe('InvalidParameterCombination');
  });

  test('EC2-84: can be put into other groups of its VPC', () => {
    const account = new TestAccount();
    const { vpcId, subnetId } = makePlace(account);
    const [InstanceId] = idsOf(launch(account, subnetId));
    const modify = (Groups: readonly string[]) =>
      refusalOf(() => account.ec2('ModifyInstanceAttribute', { InstanceId, Groups }));
    const group = makeGroup(account, vpcId);
    expect(modify([group])).toBe('accepted');
    expect(described(account)[0]?.SecurityGroups).toEqual([{ GroupId: group, GroupName: 'nodes' }]);
    expect(modify([makeGroup(account, makeVpc(account))])).toBe('InvalidGroup.NotFound');
  });

  test('NODE-13: shows on its console how far it has booted', () => {
    const account = new TestAccount();
    const role = makeRole(account);
    const [InstanceId] = idsOf(launch(account, makePlace(account).subnetId, role));
    const console = () => {
      const { Output = '' } = account.ec2('GetConsoleOutput', { InstanceId });
      return Buffer.from(Output, 'base64').toString();
    };
    expect(console()).toBe('');
    account.pass(60_000);
    expect(console()).toMatch(new RegExp(`Linux version[^]*said hello as ${InstanceId}\n$`));
  });

  test('NODE-14: that dies while it starts gives its reason', () => {
    const { machines } = new TestAccount().account.weather;
    const account = new TestAccount({ weather: { machines: { ...machines, pendingToTerminated: 1 } } });
    launch(account, makePlace(account).subnetId);
    expect(statesOf(account)).toEqual(['pending']);
    account.pass(30_000);
    const [instance] = described(account);
    expect(instance?.State?.Name).toBe('terminated');
    expect(instance?.StateReason?.Code).toMatch(/^(?:Client\.InternalError|Server\.\w+)$/);
  });
});

describe('a volume', () => {
  test('EC2-85: dies with its instance, if it was to', () => {
    const account = new TestAccount();
    const BlockDeviceMappings = [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 100, DeleteOnTermination: false } }];
    const InstanceIds = idsOf(launch(account, makePlace(account).subnetId, { BlockDeviceMappings }));
    const volumes = () =>
      account
        .ec2('DescribeVolumes')
        .Volumes?.map(({ Size, State }) => [Size, State])
        .toSorted();
    expect(volumes()).toEqual([
      [100, 'creating'],
      [8, 'creating'],
    ]);
    account.pass(25_000);
    expect(volumes()).toEqual([
      [100, 'in-use'],
      [8, 'in-use'],
    ]);
    account.ec2('TerminateInstances', { InstanceIds });
    account.pass(30_000);
    expect(volumes()).toEqual([[100, 'available']]);
  });

  test('EC2-86: cannot be deleted while it is attached', () => {
    const account = new TestAccount();
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }];
    const InstanceIds = idsOf(launch(account, makePlace(account).subnetId, { BlockDeviceMappings }));
    const Filters = [{ Name: 'attachment.instance-id', Values: InstanceIds }];
    const { Volumes } = account.ec2('DescribeVolumes', { Filters });
    const VolumeId = Volumes?.[0]?.VolumeId;
    const remove = () => refusalOf(() => account.ec2('DeleteVolume', { VolumeId }));
    expect(remove()).toBe('VolumeInUse');
    account.ec2('TerminateInstances', { InstanceIds });
    account.pass(30_000);
    expect(remove()).toBe('accepted');
    expect(remove()).toBe('InvalidVolume.NotFound');
  });
});
