import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import type { ApplyResult } from '#engine/tally.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { UID } from '../support/declared-cluster.ts';

const WORKER = [{ name: 'worker-1', role: 'worker' as const, zones: ['eu-west-3a'] }];
/** Ten minutes of virtual time are waited through. */
const PATIENT = { timeout: 30_000 };
const TAG = [{ Name: 'tag:bootstrap:cluster', Values: [UID] }];

/** What was said of each resource that would not go, with the ids of this run left out. */
function blockedBy({ failed }: ApplyResult): readonly string[] {
  return failed.map(
    ({ code, address, detail }) => `${code} ${address}: ${detail.replaceAll(/\b(i|sg|eni)-[0-9a-f]+/g, '$1-…')}`,
  );
}

async function place(stand: CloudStand) {
  const { ec2 } = stand.services;
  const [{ Subnets = [] }, { SecurityGroups = [] }] = await stand.run(
    Promise.all([
      ec2.send(new DescribeSubnetsCommand({ Filters: TAG })),
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: TAG })),
    ]),
  );
  const zone = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === 'eu-west-3a');
  return { SubnetId: zone?.SubnetId, VpcId: zone?.VpcId, GroupId: SecurityGroups[0]?.GroupId ?? '' };
}

async function launchForeign(stand: CloudStand): Promise<string> {
  const { SubnetId, GroupId } = await place(stand);
  const { ec2 } = stand.services;
  const Filters = [{ Name: 'architecture', Values: ['x86_64'] }];
  const { Images = [] } = await stand.run(ec2.send(new DescribeImagesCommand({ Owners: ['136693071363'], Filters })));
  const image = { ImageId: Images[0]?.ImageId, InstanceType: 'm7i.large' as const };
  const request = { ...image, MinCount: 1, MaxCount: 1, SubnetId, SecurityGroupIds: [GroupId], ClientToken: 'theirs' };
  const { Instances = [] } = await stand.run(ec2.send(new RunInstancesCommand(request)));
  return Instances[0]?.InstanceId ?? '';
}

test(
  'a machine of somebody else holds up what it stands in, is named, is not touched, and once it is gone so is the rest',
  PATIENT,
  async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: WORKER });
    const theirs = await launchForeign(stand);
    const held = await stand.delete();
    const machine = 'machine i-… (not of this cluster)';
    const waited = `Waited in vain for what stands in its way to go: ${machine}.`;
    expect(blockedBy(held).toSorted()).toEqual([
      `call.blocked eu-west-3.firewall.machines: ${waited}`,
      `call.blocked eu-west-3.network.eu-west-3a: ${waited}`,
      `call.blocked eu-west-3.network.gateway.attachment: ${waited}`,
    ]);
    // Who waits is told long before.
    const told = stand.events.flatMap((event) => (event.type === 'waiting' ? [event.waitingFor] : []));
    expect(told.filter((words) => words.startsWith('what stands in its way to go: machine '))).not.toEqual([]);
    expect((await stand.machines()).map(({ InstanceId }) => InstanceId)).toEqual([theirs]);
    await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds: [theirs] })));
    expect(await stand.delete()).toMatchObject({ ok: true });
    expect(await stand.walk()).toEqual([]);
  },
);

test(
  'a group of somebody else in the network, and its rule that lets ours in, are named with their names',
  PATIENT,
  async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: WORKER });
    const { VpcId, GroupId } = await place(stand);
    const { ec2 } = stand.services;
    const theirs = { VpcId, GroupName: 'theirs', Description: 'of somebody else' };
    const { GroupId: other } = await stand.run(ec2.send(new CreateSecurityGroupCommand(theirs)));
    const from = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId }] };
    const request = new AuthorizeSecurityGroupIngressCommand({ GroupId: other, IpPermissions: [from] });
    await stand.run(ec2.send(request));
    expect(blockedBy(await stand.delete())).toEqual([
      'call.blocked eu-west-3.firewall.machines: Waited in vain for what stands in its way to go: a rule of security group sg-… "theirs" (not of this cluster).',
    ]);
  },
);

test('a group of somebody else that has nothing to do with ours still holds up the network', PATIENT, async () => {
  const stand = await CloudStand.open();
  await stand.apply({ machines: [] });
  const { VpcId } = await place(stand);
  const theirs = { VpcId, GroupName: 'theirs', Description: 'of somebody else' };
  await stand.run(stand.services.ec2.send(new CreateSecurityGroupCommand(theirs)));
  expect(blockedBy(await stand.delete())).toEqual([
    'call.blocked eu-west-3.network: Waited in vain for what stands in its way to go: security group sg-… "theirs" (not of this cluster).',
  ]);
});

test('a profile of somebody else that holds our role is named', PATIENT, async () => {
  const stand = await CloudStand.open();
  await stand.apply({});
  const { iam } = stand.services;
  const RoleName = `bootstrap-${UID}-control-plane`;
  await stand.run(iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'theirs' })));
  const put = new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'theirs', RoleName });
  await stand.run(stand.clock.sleep(60_000).then(() => iam.send(put)));
  expect(blockedBy(await stand.delete())).toEqual([
    'call.blocked role.control-plane: Waited in vain for what stands in its way to go: instance profile arn:aws:iam::123456789012:instance-profile/theirs (not of this cluster).',
  ]);
});
