import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import {
  idsOf,
  imageId,
  launch,
  launchInput,
  makeGroup,
  makePlace,
  makeSubnet,
  makeVpc,
  tagged,
} from '../support/test-network.ts';

function refusal(account: TestAccount, subnetId: string, extra: object): string {
  return refusalOf(() => launch(account, subnetId, extra));
}

describe('a launch', () => {
  test('EC2-62: makes as many instances as asked, numbered, in one reservation', () => {
    const account = new TestAccount();
    const { vpcId, subnetId } = makePlace(account);
    const made = launch(account, subnetId, { MinCount: 3, MaxCount: 3 });
    expect(made.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual([0, 1, 2]);
    expect(new Set(idsOf(made)).size).toBe(3);
    for (const instance of made) {
      expect(instance.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/);
      expect(instance).toMatchObject({
        VpcId: vpcId,
        SubnetId: subnetId,
        ClientToken: 'token',
        InstanceType: 'm7i.large',
        State: { Code: 0, Name: 'pending' },
        Placement: { AvailabilityZone: 'eu-west-3a' },
      });
    }
    expect(made.map(({ PrivateIpAddress }) => PrivateIpAddress)).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.6']);
  });

  test('EC2-63: tags its instances and its volumes', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const TagSpecifications = ['instance', 'volume'].map((ResourceType) => ({
      ResourceType,
      Tags: [{ Key: 'kind', Value: ResourceType }],
    }));
    const [instance] = launch(account, subnetId, { TagSpecifications });
    expect(instance?.Tags).toEqual([{ Key: 'kind', Value: 'instance' }]);
    const { Volumes } = account.ec2('DescribeVolumes');
    expect(Volumes?.map(({ Tags }) => Tags)).toEqual([[{ Key: 'kind', Value: 'volume' }]]);
  });

  test('EC2-64: gives each instance its disks: the one of the image and those asked for', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const BlockDeviceMappings = [
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, Encrypted: true } },
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 100, VolumeType: 'gp3', DeleteOnTermination: false } },
    ];
    launch(account, subnetId, { BlockDeviceMappings, MinCount: 2, MaxCount: 2 });
    const { Volumes = [] } = account.ec2('DescribeVolumes');
    expect(Volumes.map(({ Size }) => String(Size)).toSorted()).toEqual(['100', '100', '20', '20']);
    expect(Volumes.filter(({ Encrypted }) => Encrypted).map(({ Size }) => Size)).toEqual([20, 20]);
  });

  test('EC2-65: makes all it can hold between the least and the most, or nothing', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    account.change({ quotas: { ...account.account.weather.quotas, vcpus: 7 } });
    expect(refusal(account, subnetId, { MinCount: 4, MaxCount: 4 })).toBe('VcpuLimitExceeded');
    expect(account.ec2('DescribeInstances')).toMatchObject({ Reservations: [] });
    expect(launch(account, subnetId, { MinCount: 2, MaxCount: 4 })).toHaveLength(3);
    expect(refusal(account, subnetId, { ClientToken: 'next' })).toBe('VcpuLimitExceeded');
  });

  test('EC2-66: is refused where there is no capacity, with a server fault as EC2 does', () => {
    const account = new TestAccount({ weather: { exhausted: ['eu-west-3a/m7i.large'] } });
    const { vpcId, subnetId } = makePlace(account);
    expect(faultOf(() => launch(account, subnetId))).toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    });
    expect(refusal(account, subnetId, { InstanceType: 'm7i.xlarge' })).toBe('accepted');
    const elsewhere = makeSubnet(account, vpcId, { CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-3b' });
    expect(refusal(account, elsewhere, {})).toBe('accepted');
  });

  test('EC2-67: gives public addresses where the subnet or the request says so, shown when they run', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: subnetId, AssociatePublicIpAddress: true }];
    const withCard = { ...launchInput(account, subnetId), SubnetId: undefined, NetworkInterfaces };
    const made = account.ec2('RunInstances', withCard).Instances ?? [];
    expect(made[0]?.PublicIpAddress).toBeUndefined();
    account.pass(25_000);
    const { Reservations } = account.ec2('DescribeInstances', { InstanceIds: idsOf(made) });
    expect(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress).toMatch(/^198\.1[89]\./);
  });

  test.each([
    ['an image that is not there', { ImageId: 'ami-0' }, 'InvalidAMIID.NotFound'],
    ['a type that is none', { InstanceType: 'm7i.pico' }, 'InvalidParameterValue'],
    ['a type of another architecture', { InstanceType: 'm7g.large' }, 'InvalidParameterValue'],
    ['a subnet that is not there', { SubnetId: 'subnet-0' }, 'InvalidSubnetID.NotFound'],
    ['no subnet', { SubnetId: undefined }, 'VPCIdNotSpecified'],
    ['a key that is not there', { KeyName: 'lost' }, 'InvalidKeyPair.NotFound'],
    ['a group that is not there', { SecurityGroupIds: ['sg-0'] }, 'InvalidGroup.NotFound'],
    ['a profile that is not there', { IamInstanceProfile: { Name: 'lost' } }, 'InvalidParameterValue'],
    ['a count that is none', { MinCount: 0 }, 'InvalidParameterValue'],
    ['the most below the least', { MinCount: 2 }, 'InvalidParameterValue'],
    ['user-data that is no base64', { UserData: '#!/bin/sh' }, 'InvalidParameterValue'],
    ['a token too long', { ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue'],
    ['tags for something it does not make', tagged('vpc', { a: 'b' }), 'InvalidParameterValue'],
    [
      'a disk without a size',
      { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: {} }] },
      'InvalidBlockDeviceMapping',
    ],
    [
      'a disk too small for its image',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
      'InvalidBlockDeviceMapping',
    ],
    ['a parameter that is not simulated', { LaunchTemplate: { LaunchTemplateId: 'lt-0' } }, 'ValidationError'],
  ])('EC2-68: with %s is refused', (_what, extra, code) => {
    const account = new TestAccount();
    expect(refusal(account, makePlace(account).subnetId, extra)).toBe(code);
  });

  test('EC2-69: with more than 16 KB of user-data is refused', () => {
    const account = new TestAccount();
    const userData = (bytes: number) => Buffer.alloc(bytes, 'x').toString('base64');
    const { subnetId } = makePlace(account);
    expect(refusal(account, subnetId, { UserData: userData(16_385) })).toBe('InvalidParameterValue');
    expect(refusal(account, subnetId, { UserData: userData(16_384) })).toBe('accepted');
  });

  test('EC2-70: into a group of another VPC is refused', () => {
    const account = new TestAccount();
    const SecurityGroupIds = [makeGroup(account, makeVpc(account))];
    expect(refusal(account, makePlace(account).subnetId, { SecurityGroupIds })).toBe('InvalidParameter');
  });

  test('EC2-71: of a type that a zone does not have is refused as unsupported', () => {
    const account = new TestAccount();
    const input = { CidrBlock: '10.0.2.0/24', AvailabilityZone: 'eu-west-3c' };
    const subnetId = makeSubnet(account, makeVpc(account), input);
    const extra = { InstanceType: 'm8g.large', ImageId: imageId(account, 'arm64') };
    expect(refusal(account, subnetId, extra)).toBe('Unsupported');
  });

  test('EC2-72: into a full subnet is refused, until addresses come free', () => {
    const account = new TestAccount();
    const subnetId = makeSubnet(account, makeVpc(account), { CidrBlock: '10.0.0.0/28' });
    const made = launch(account, subnetId, { MinCount: 11, MaxCount: 11 });
    expect(refusal(account, subnetId, { ClientToken: 'next' })).toBe('InsufficientFreeAddressesInSubnet');
    account.ec2('TerminateInstances', { InstanceIds: idsOf(made).slice(0, 1) });
    account.pass(30_000);
    expect(refusal(account, subnetId, { ClientToken: 'next' })).toBe('accepted');
  });

  test('EC2-73: waits for IAM: a profile that EC2 does not know yet, or has no role, is a wrong parameter', () => {
    const account = new TestAccount({ weather: { iamPropagationMs: 8_000 } });
    const { subnetId } = makePlace(account);
    const InstanceProfileName = 'nodes';
    const IamInstanceProfile = { Name: InstanceProfileName };
    const complaint = () => faultOf(() => launch(account, subnetId, { IamInstanceProfile }))?.message;
    account.call('iam', 'CreateInstanceProfile', { InstanceProfileName });
    expect(complaint()).toMatch(/Invalid IAM Instance Profile name$/);
    account.pass(8_000);
    expect(complaint()).toMatch(/has no associated IAM Roles$/);
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    account.call('iam', 'CreateRole', { RoleName: 'nodes', AssumeRolePolicyDocument });
    account.pass(8_000);
    account.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'nodes' });
    expect(complaint()).toMatch(/Invalid IAM Instance Profile name$/);
    account.pass(8_000);
    expect(launch(account, subnetId, { IamInstanceProfile })[0]?.IamInstanceProfile?.Arn).toMatch(
      /instance-profile\/nodes$/,
    );
  });
});

describe('a client token', () => {
  test('EC2-74: makes a repeated launch answer with the instances of the first, as they are now', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const input = launchInput(account, subnetId, { MinCount: 2, MaxCount: 2 });
    const first = account.ec2('RunInstances', input);
    account.pass(25_000);
    const second = account.ec2('RunInstances', input);
    expect(second.ReservationId).toBe(first.ReservationId);
    expect(idsOf(second.Instances ?? [])).toEqual(idsOf(first.Instances ?? []));
    expect(second.Instances?.[0]?.State?.Name).toBe('running');
  });

  test('EC2-75: with other parameters is a mismatch', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    launch(account, subnetId);
    expect(refusal(account, subnetId, { InstanceType: 'm7i.xlarge' })).toBe('IdempotentParameterMismatch');
    expect(refusal(account, subnetId, { MaxCount: 2 })).toBe('IdempotentParameterMismatch');
    expect(refusal(account, subnetId, tagged('instance', { a: 'b' }))).toBe('IdempotentParameterMismatch');
  });

  test('EC2-76: counts in its zone alone: the same one in another zone makes other instances', () => {
    const account = new TestAccount();
    const { vpcId, subnetId } = makePlace(account);
    const elsewhere = makeSubnet(account, vpcId, { CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-3b' });
    expect(idsOf(launch(account, elsewhere))).not.toEqual(idsOf(launch(account, subnetId)));
    const sameZone = makeSubnet(account, vpcId, { CidrBlock: '10.0.2.0/24' });
    expect(refusal(account, sameZone, {})).toBe('IdempotentParameterMismatch');
  });

  test('EC2-77: of instances that are all terminated is spent; while one is left it is not', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const both = { MinCount: 2, MaxCount: 2 };
    const [first, second] = idsOf(launch(account, subnetId, both));
    account.ec2('TerminateInstances', { InstanceIds: [first] });
    account.pass(60_000);
    expect(idsOf(launch(account, subnetId, both))).toEqual([first, second]);
    account.ec2('TerminateInstances', { InstanceIds: [second] });
    account.pass(60_000);
    expect(refusal(account, subnetId, both)).toBe('IdempotentInstanceTerminated');
    account.pass(24 * 3_600_000);
    expect(refusal(account, subnetId, both)).toBe('IdempotentInstanceTerminated');
  });

  test('EC2-78: of a launch that was refused is free', () => {
    const account = new TestAccount({ weather: { exhausted: ['eu-west-3a'] } });
    const { subnetId } = makePlace(account);
    expect(refusal(account, subnetId, {})).toBe('InsufficientInstanceCapacity');
    account.change({ exhausted: [] });
    expect(refusal(account, subnetId, { InstanceType: 'm7i.xlarge' })).toBe('accepted');
  });

  test('EC2-79: is drawn for a launch that brings none', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    const made = [1, 2].flatMap(() => launch(account, subnetId, { ClientToken: undefined }));
    expect(new Set(made.map(({ ClientToken }) => ClientToken)).size).toBe(2);
  });
});
