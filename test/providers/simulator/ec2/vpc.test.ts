import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import { makeGateway, makeGroup, makeSubnet, makeVpc, tagged } from '../support/test-network.ts';

describe('a VPC', () => {
  test('EC2-16: is made pending, with an id of the usual form, and soon available', () => {
    const account = new TestAccount();
    const { Vpc } = account.ec2('CreateVpc', {
      CidrBlock: '10.1.0.0/16',
      ...tagged('vpc', { a: 'b' }),
    });
    expect(Vpc?.VpcId).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(Vpc).toMatchObject({ CidrBlock: '10.1.0.0/16', State: 'pending', Tags: [{ Key: 'a', Value: 'b' }] });
    account.pass(5_000);
    const { Vpcs } = account.ec2('DescribeVpcs', { VpcIds: [Vpc?.VpcId] });
    expect(Vpcs?.map(({ State }) => State)).toEqual(['available']);
  });

  test('EC2-17: has its CIDR cut to whole blocks', () => {
    const { Vpc } = new TestAccount().ec2('CreateVpc', { CidrBlock: '100.68.0.18/18' });
    expect(Vpc?.CidrBlock).toBe('100.68.0.0/18');
  });

  test.each([
    ['10.0.0.0/15', 'InvalidVpc.Range'],
    ['10.0.0.0/29', 'InvalidVpc.Range'],
    ['10.0.0/16', 'InvalidParameterValue'],
    ['10.0.0.300/16', 'InvalidParameterValue'],
  ])('EC2-18: of %s is refused as %s', (CidrBlock, code) => {
    expect(refusalOf(() => new TestAccount().ec2('CreateVpc', { CidrBlock }))).toBe(code);
  });

  test('EC2-19: may be the twin of another: nothing makes the request idempotent', () => {
    const account = new TestAccount();
    expect(makeVpc(account)).not.toBe(makeVpc(account));
  });

  test('EC2-20: beyond the quota is refused', () => {
    const account = new TestAccount();
    for (let made = 0; made < 5; made += 1) makeVpc(account);
    expect(refusalOf(() => makeVpc(account))).toBe('VpcLimitExceeded');
  });

  test('EC2-21: has attributes that are changed one at a time', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const read = (Attribute: string) => account.ec2('DescribeVpcAttribute', { VpcId, Attribute });
    expect(read('enableDnsHostnames').EnableDnsHostnames).toEqual({ Value: false });
    expect(read('enableDnsSupport').EnableDnsSupport).toEqual({ Value: true });
    account.ec2('ModifyVpcAttribute', { VpcId, EnableDnsHostnames: { Value: true } });
    expect(read('enableDnsHostnames').EnableDnsHostnames).toEqual({ Value: true });
    const both = { VpcId, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
    expect(refusalOf(() => account.ec2('ModifyVpcAttribute', both))).toBe('InvalidParameterCombination');
  });

  test('EC2-22: that is empty can be deleted, with its main route table and default group', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    account.ec2('DeleteVpc', { VpcId });
    expect(account.account.walk(account.nowMs)).toEqual([]);
    expect(faultOf(() => account.ec2('DeleteVpc', { VpcId }))).toMatchObject({
      name: 'InvalidVpcID.NotFound',
      message: `The vpc ID '${VpcId}' does not exist`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  const parts: readonly (readonly [string, (account: TestAccount, VpcId: string) => void])[] = [
    ['a subnet', (account, VpcId) => void makeSubnet(account, VpcId)],
    ['a security group', (account, VpcId) => void makeGroup(account, VpcId)],
    ['a route table', (account, VpcId) => void account.ec2('CreateRouteTable', { VpcId })],
    [
      'an internet gateway',
      (account, VpcId) => void account.ec2('AttachInternetGateway', { InternetGatewayId: makeGateway(account), VpcId }),
    ],
  ];
  test.each(parts)('EC2-23: with %s cannot be deleted', (_what, fill) => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    fill(account, VpcId);
    expect(refusalOf(() => account.ec2('DeleteVpc', { VpcId }))).toBe('DependencyViolation');
  });

  test('EC2-24: is not seen from another region', () => {
    const account = new TestAccount();
    makeVpc(account);
    const request = { region: 'eu-west-1', service: 'ec2', operation: 'DescribeVpcs', input: {} };
    expect(account.account.execute(request, account.nowMs)).toMatchObject({ Vpcs: [] });
  });
});

test('VPC-1: a VPC is given more blocks, and has room for subnets in each', () => {
  const account = new TestAccount();
  const VpcId = makeVpc(account);
  const add = (CidrBlock: string) => refusalOf(() => account.ec2('AssociateVpcCidrBlock', { VpcId, CidrBlock }));
  const inside = { CidrBlock: '100.64.1.0/24' };
  expect(refusalOf(() => makeSubnet(account, VpcId, inside))).toBe('InvalidSubnet.Range');
  expect(add('10.0.128.0/17')).toBe('InvalidVpc.Range');
  expect(add('100.64.0.0/16')).toBe('accepted');
  expect(refusalOf(() => makeSubnet(account, VpcId, inside))).toBe('accepted');
  const [vpc] = account.ec2('DescribeVpcs', { VpcIds: [VpcId] }).Vpcs ?? [];
  expect(
    vpc?.CidrBlockAssociationSet?.map(({ CidrBlock, CidrBlockState }) => [CidrBlock, CidrBlockState?.State]),
  ).toEqual([
    ['10.0.0.0/16', 'associated'],
    ['100.64.0.0/16', 'associated'],
  ]);
});
