import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ModifySubnetAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { openingsOf } from '#providers/aws/ec2/opening.ts';
import { CloudStand } from '../support/cloud-stand.ts';

const NETWORK_ONLY = { machines: [] };

async function groupOf(stand: CloudStand) {
  const Filters = [{ Name: 'group-name', Values: ['*-machines'] }];
  const answer = await stand.run(
    stand.services.ec2.send(new DescribeSecurityGroupsCommand({ Filters, MaxResults: 100 })),
  );
  const [{ GroupId = '', IpPermissions } = {}] = answer.SecurityGroups ?? [];
  const found = openingsOf(IpPermissions);
  const openings = found.map(({ protocol, source }) => `${protocol} ${source}`);
  return { GroupId, openings, purposes: found.map(({ purpose }) => purpose) };
}

describe('the rules of a firewall', () => {
  test('are opened in one request', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ ...NETWORK_ONLY, sshFrom: ['203.0.113.0/24', '198.51.100.0/24'] });
    expect(stand.changes.filter((operation) => operation === 'ec2.AuthorizeSecurityGroupIngress')).toHaveLength(1);
    const { GroupId, openings } = await groupOf(stand);
    expect(openings).toEqual(['tcp 198.51.100.0/24', 'tcp 203.0.113.0/24', `-1 ${GroupId}`]);
  });

  test('are brought to what is declared: what lacks is opened, what is too much is closed', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ ...NETWORK_ONLY, sshFrom: ['203.0.113.0/24'] });
    const changed = { ...NETWORK_ONLY, sshFrom: ['198.51.100.0/24'] };
    const changes = await stand.changesDuring(() => stand.apply(changed));
    expect(changes).toEqual(['ec2.AuthorizeSecurityGroupIngress', 'ec2.RevokeSecurityGroupIngress']);
    const { GroupId, openings } = await groupOf(stand);
    expect(openings).toEqual(['tcp 198.51.100.0/24', `-1 ${GroupId}`]);
  });

  test('are described anew when only their purpose changes, and stay open meanwhile', async () => {
    const stand = await CloudStand.open();
    const sshFrom = ['203.0.113.0/24', '198.51.100.0/24'];
    await stand.apply({ ...NETWORK_ONLY, sshFrom });
    const { openings } = await groupOf(stand);
    const renamed = { ...NETWORK_ONLY, sshFrom, sshPurpose: 'SSH for operators' };
    const changes = await stand.changesDuring(() => stand.apply(renamed));
    expect(changes).toEqual(['ec2.UpdateSecurityGroupRuleDescriptionsIngress']);
    const after = await groupOf(stand);
    expect(after.openings).toEqual(openings);
    expect(after.purposes).toEqual(['SSH for operators', 'SSH for operators', 'among themselves']);
    expect(await stand.plan(renamed)).toEqual([]);
  });

  test('are closed again where somebody has opened one by hand', async () => {
    const stand = await CloudStand.open();
    await stand.apply(NETWORK_ONLY);
    const { GroupId, openings } = await groupOf(stand);
    const hole = { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await stand.run(
      stand.services.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [hole] })),
    );
    expect(await stand.plan(NETWORK_ONLY)).toEqual([
      'update eu-west-3.firewall.machines.rules: openings changed outside of this program',
    ]);
    await stand.apply(NETWORK_ONLY);
    expect(await groupOf(stand)).toMatchObject({ GroupId, openings });
  });
});

test('a subnet whose machines would get no public address is mended', async () => {
  const stand = await CloudStand.open();
  await stand.apply(NETWORK_ONLY);
  const { Subnets = [] } = await stand.run(stand.services.ec2.send(new DescribeSubnetsCommand({ MaxResults: 100 })));
  const [{ SubnetId } = {}] = Subnets;
  const closing = new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: false } });
  await stand.run(stand.services.ec2.send(closing));
  const changes = await stand.changesDuring(() => stand.apply(NETWORK_ONLY));
  expect(changes).toEqual(['ec2.ModifySubnetAttribute']);
  expect(await stand.plan(NETWORK_ONLY)).toEqual([]);
});

test('a network whose mark somebody has taken away is neither replaced nor touched', async () => {
  const stand = await CloudStand.open();
  await stand.apply(NETWORK_ONLY);
  const { Vpcs = [] } = await stand.run(stand.services.ec2.send(new DescribeVpcsCommand({ MaxResults: 100 })));
  const [{ VpcId = '' } = {}] = Vpcs;
  const Tags = [{ Key: 'bootstrap:cluster' }, { Key: 'bootstrap:instance' }];
  await stand.run(stand.services.ec2.send(new DeleteTagsCommand({ Resources: [VpcId], Tags })));
  const { failed } = await stand.delete();
  expect(failed.map(({ code, address }) => `${code} ${address}`)).toEqual(['resource.foreign eu-west-3.network']);
  expect(await stand.walk()).toContain('vpc');
});

test('what links two things is as little touched when the mark of what bears it is gone', async () => {
  const stand = await CloudStand.open();
  await stand.apply(NETWORK_ONLY);
  const before = await groupOf(stand);
  const Tags = [{ Key: 'bootstrap:cluster' }, { Key: 'bootstrap:instance' }];
  await stand.run(stand.services.ec2.send(new DeleteTagsCommand({ Resources: [before.GroupId], Tags })));
  const { failed } = await stand.apply({ ...NETWORK_ONLY, sshFrom: [] });
  expect(failed.map(({ code, address }) => `${code} ${address}`)).toEqual([
    'resource.foreign eu-west-3.firewall.machines.rules',
  ]);
  expect(await groupOf(stand)).toEqual(before);
});
