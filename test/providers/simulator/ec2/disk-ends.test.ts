import { expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makePlace } from '../support/test-network.ts';

const KEEP = { DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: false } };

/** An instance that runs, with a disk for the system and two for data. */
function started() {
  const account = new TestAccount();
  const sizes = { '/dev/xvda': 20, '/dev/sdf': 11, '/dev/sdg': 12 };
  const BlockDeviceMappings = Object.entries(sizes).map(([DeviceName, VolumeSize]) => ({
    DeviceName,
    Ebs: { VolumeSize, VolumeType: 'gp3', DeleteOnTermination: true },
  }));
  const [InstanceId = ''] = idsOf(launch(account, makePlace(account).subnetId, { BlockDeviceMappings }));
  account.pass(60_000);
  return { account, InstanceId };
}

function volumesIn(account: TestAccount): readonly string[] {
  const { Volumes = [] } = account.ec2('DescribeVolumes');
  return Volumes.map(({ Size, State }) => `${Size} ${State}`).toSorted();
}

test('DISK-1: whether a disk goes with its instance can be changed while both are there, and is shown with both', () => {
  const { account, InstanceId } = started();
  account.ec2('ModifyInstanceAttribute', { InstanceId, BlockDeviceMappings: [KEEP] });
  const { Reservations } = account.ec2('DescribeInstances');
  const disks = Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
  expect(disks.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination])).toEqual([
    ['/dev/xvda', true],
    ['/dev/sdf', false],
    ['/dev/sdg', true],
  ]);
  const { Volumes = [] } = account.ec2('DescribeVolumes');
  const ends = Volumes.map(({ Size, Attachments }) => `${Size} ${Attachments?.[0]?.DeleteOnTermination}`);
  expect(ends.toSorted()).toEqual(['11 false', '12 true', '20 true']);
});

test('DISK-2: a disk that does not go with its instance is available after its end, and stays', () => {
  const { account, InstanceId } = started();
  account.ec2('ModifyInstanceAttribute', { InstanceId, BlockDeviceMappings: [KEEP] });
  expect(volumesIn(account)).toEqual(['11 in-use', '12 in-use', '20 in-use']);
  account.ec2('TerminateInstances', { InstanceIds: [InstanceId] });
  account.pass(24 * 3_600_000);
  expect(volumesIn(account)).toEqual(['11 available']);
});

test('DISK-3: a name at which there is no disk is refused, and nothing is changed', () => {
  const { account, InstanceId } = started();
  const BlockDeviceMappings = [KEEP, { ...KEEP, DeviceName: '/dev/sdz' }];
  const refusal = refusalOf(() => account.ec2('ModifyInstanceAttribute', { InstanceId, BlockDeviceMappings }));
  expect(refusal).toBe('InvalidInstanceAttributeValue');
  account.ec2('TerminateInstances', { InstanceIds: [InstanceId] });
  account.pass(600_000);
  expect(volumesIn(account)).toEqual([]);
});
