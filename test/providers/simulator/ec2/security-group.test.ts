import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makeGroup, makePlace, makeVpc } from '../support/test-network.ts';

const SSH = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

function groupOf(account: TestAccount, id: string) {
  return account.ec2('DescribeSecurityGroups', { GroupIds: [id] }).SecurityGroups?.[0];
}

function rulesOf(account: TestAccount, id: string) {
  const Filters = [{ Name: 'group-id', Values: [id] }];
  return account.ec2('DescribeSecurityGroupRules', { Filters }).SecurityGroupRules ?? [];
}

describe('a security group', () => {
  test('EC2-45: begins with one rule that lets everything out', () => {
    const account = new TestAccount();
    const group = groupOf(account, makeGroup(account, makeVpc(account)));
    expect(group?.GroupId).toMatch(/^sg-0[0-9a-f]{16}$/);
    expect(group?.IpPermissions).toEqual([]);
    expect(group?.IpPermissionsEgress).toMatchObject([{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]);
  });

  test('EC2-46: has a name of its own in its VPC', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    makeGroup(account, VpcId, 'nodes');
    expect(faultOf(() => makeGroup(account, VpcId, 'nodes'))).toMatchObject({
      name: 'InvalidGroup.Duplicate',
      message: `The security group 'nodes' already exists for VPC '${VpcId}'`,
    });
    expect(makeGroup(account, makeVpc(account), 'nodes')).toMatch(/^sg-/);
  });

  test.each(['default', 'sg-mine', 'näme'])('EC2-47: is never named %s', (name) => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    expect(refusalOf(() => makeGroup(account, VpcId, name))).toBe('InvalidParameterValue');
  });

  test('EC2-48: named default comes with the VPC and cannot be deleted', () => {
    const account = new TestAccount();
    const Filters = [
      { Name: 'vpc-id', Values: [makeVpc(account)] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups } = account.ec2('DescribeSecurityGroups', { Filters });
    const GroupId = SecurityGroups?.[0]?.GroupId;
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId }))).toBe('CannotDelete');
  });

  test('EC2-49: that an instance is in stays until the instance is terminated', () => {
    const account = new TestAccount();
    const { vpcId, subnetId } = makePlace(account);
    const GroupId = makeGroup(account, vpcId);
    const InstanceIds = idsOf(launch(account, subnetId, { SecurityGroupIds: [GroupId] }));
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId }))).toBe('DependencyViolation');
    account.ec2('TerminateInstances', { InstanceIds });
    account.pass(30_000);
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId }))).toBe('accepted');
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId }))).toBe('InvalidGroup.NotFound');
  });

  test('EC2-50: that a rule of another names stays until the rule is gone; its own rules do not count', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const named = makeGroup(account, VpcId, 'named');
    const naming = makeGroup(account, VpcId, 'naming');
    const from = (GroupId: string) => [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }];
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId: named, IpPermissions: from(named) });
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId: naming, IpPermissions: from(named) });
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId: named }))).toBe('DependencyViolation');
    account.ec2('RevokeSecurityGroupIngress', { GroupId: naming, IpPermissions: from(named) });
    expect(refusalOf(() => account.ec2('DeleteSecurityGroup', { GroupId: named }))).toBe('accepted');
  });
});

describe('the rules of a security group', () => {
  const prepared = () => {
    const account = new TestAccount();
    return { account, GroupId: makeGroup(account, makeVpc(account)) };
  };

  test('EC2-51: are shown together by protocol and ports, and one by one', () => {
    const { account, GroupId } = prepared();
    const IpPermissions = [
      { ...SSH, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }, { CidrIp: '192.0.2.0/24' }] },
    ];
    const made = account.ec2('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions,
    });
    expect(made.SecurityGroupRules?.map(({ CidrIpv4, FromPort }) => [CidrIpv4, FromPort])).toEqual([
      ['10.0.0.0/8', 22],
      ['192.0.2.0/24', 22],
    ]);
    expect(groupOf(account, GroupId)?.IpPermissions).toMatchObject(IpPermissions);
    const Filters = [{ Name: 'group-id', Values: [GroupId] }];
    const listed = account.ec2('DescribeSecurityGroupRules', { Filters });
    expect(listed.SecurityGroupRules).toHaveLength(3);
  });

  test('EC2-52: are refused as a whole when one is there already, whatever its description and the spelling of its protocol', () => {
    const { account, GroupId } = prepared();
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [SSH] });
    const again = {
      ...SSH,
      IpProtocol: '6',
      IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '0.0.0.0/0', Description: 'x' }],
    };
    expect(
      faultOf(() => account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [again] })),
    ).toMatchObject({
      name: 'InvalidPermission.Duplicate',
      message: 'the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists',
    });
    expect(groupOf(account, GroupId)?.IpPermissions?.[0]?.IpRanges).toHaveLength(1);
  });

  test('EC2-53: inbound and outbound are different rules', () => {
    const { account, GroupId } = prepared();
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [SSH] });
    expect(refusalOf(() => account.ec2('AuthorizeSecurityGroupEgress', { GroupId, IpPermissions: [SSH] }))).toBe(
      'accepted',
    );
    account.ec2('RevokeSecurityGroupEgress', { GroupId, IpPermissions: [SSH] });
    expect(groupOf(account, GroupId)?.IpPermissions).toHaveLength(1);
  });

  test('EC2-106: are described anew, and stay what they are', () => {
    const { account, GroupId } = prepared();
    const range = (CidrIp: string, Description?: string) => ({ ...SSH, IpRanges: [{ CidrIp, Description }] });
    const ranges = ['10.0.0.0/8', '192.0.2.0/24', '198.51.100.0/24'];
    const IpPermissions = ranges.map((cidr) => range(cidr, 'before'));
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions });
    account.ec2('AuthorizeSecurityGroupEgress', { GroupId, IpPermissions: [range('10.0.0.0/8', 'outbound')] });
    const before = rulesOf(account, GroupId);
    const changed = [range('10.0.0.0/8', 'after'), range('192.0.2.0/24')];
    account.ec2('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, IpPermissions: changed });
    const after = rulesOf(account, GroupId);
    const words = after.map(({ IsEgress, CidrIpv4, Description }) => `${IsEgress} ${CidrIpv4} ${Description}`);
    expect(words.toSorted()).toEqual([
      'false 10.0.0.0/8 after',
      'false 192.0.2.0/24 undefined',
      'false 198.51.100.0/24 before',
      'true 0.0.0.0/0 undefined',
      'true 10.0.0.0/8 outbound',
    ]);
    const wordless = (rules: readonly object[]) => rules.map((rule) => ({ ...rule, Description: '' }));
    expect(wordless(after)).toEqual(wordless(before));
  });

  test('EC2-107: are not described anew when one of them is not there', () => {
    const { account, GroupId } = prepared();
    account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [SSH] });
    const described = { ...SSH, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'new' }] };
    const update = (IpPermissions: readonly object[]) =>
      refusalOf(() => account.ec2('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, IpPermissions }));
    expect(update([described, { ...SSH, FromPort: 23, ToPort: 23 }])).toBe('InvalidPermission.NotFound');
    expect(groupOf(account, GroupId)?.IpPermissions).toMatchObject([SSH]);
    expect(groupOf(account, GroupId)?.IpPermissions?.[0]?.IpRanges?.[0]?.Description).toBeUndefined();
    expect(update([described])).toBe('accepted');
  });

  test('EC2-54: that are not there cannot be revoked, by value or by id', () => {
    const { account, GroupId } = prepared();
    const revoke = (input: object) => refusalOf(() => account.ec2('RevokeSecurityGroupIngress', { GroupId, ...input }));
    expect(revoke({ IpPermissions: [SSH] })).toBe('InvalidPermission.NotFound');
    expect(revoke({ SecurityGroupRuleIds: ['sgr-0'] })).toBe('InvalidSecurityGroupRuleId.NotFound');
    expect(revoke({})).toBe('MissingParameter');
  });

  test('EC2-54: are revoked by their ids', () => {
    const { account, GroupId } = prepared();
    const made = account.ec2('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [SSH],
    });
    const SecurityGroupRuleIds = made.SecurityGroupRules?.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
    account.ec2('RevokeSecurityGroupIngress', { GroupId, SecurityGroupRuleIds });
    expect(groupOf(account, GroupId)?.IpPermissions).toEqual([]);
  });

  test.each([
    [
      'a group that is not there',
      { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-0' }] },
      'InvalidGroup.NotFound',
    ],
    ['an unknown protocol', { ...SSH, IpProtocol: 'carrier-pigeon' }, 'InvalidPermission.Malformed'],
    ['ports the wrong way round', { ...SSH, FromPort: 23 }, 'InvalidParameterValue'],
    ['no ports', { IpProtocol: 'tcp', IpRanges: SSH.IpRanges }, 'InvalidParameterValue'],
    ['nobody', { ...SSH, IpRanges: [] }, 'InvalidParameterValue'],
    ['somebody twice', { ...SSH, IpRanges: [...SSH.IpRanges, ...SSH.IpRanges] }, 'InvalidParameterValue'],
    ['an address that is none', { ...SSH, IpRanges: [{ CidrIp: 'anywhere' }] }, 'InvalidParameterValue'],
  ])('EC2-55: that name %s are refused', (_what, permission, code) => {
    const { account, GroupId } = prepared();
    const input = { GroupId, IpPermissions: [permission] };
    expect(refusalOf(() => account.ec2('AuthorizeSecurityGroupIngress', input))).toBe(code);
  });

  test('EC2-56: beyond the quota are refused, counted apart for each direction', () => {
    const { account, GroupId } = prepared();
    const ranges = (count: number) => Array.from({ length: count }, (_, index) => ({ CidrIp: `10.0.${index}.0/24` }));
    const input = { GroupId, IpPermissions: [{ ...SSH, IpRanges: ranges(60) }] };
    expect(refusalOf(() => account.ec2('AuthorizeSecurityGroupIngress', input))).toBe('accepted');
    expect(refusalOf(() => account.ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [SSH] }))).toBe(
      'RulesPerSecurityGroupLimitExceeded',
    );
    expect(refusalOf(() => account.ec2('AuthorizeSecurityGroupEgress', { GroupId, IpPermissions: [SSH] }))).toBe(
      'accepted',
    );
  });
});
