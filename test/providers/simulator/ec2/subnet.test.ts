import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makePlace, makeSubnet, makeVpc } from '../support/test-network.ts';

describe('a subnet', () => {
  test('EC2-25: has an id of the usual form and five addresses less than its block', () => {
    const account = new TestAccount();
    const input = { VpcId: makeVpc(account), CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-3b' };
    const { Subnet } = account.ec2('CreateSubnet', input);
    expect(Subnet?.SubnetId).toMatch(/^subnet-0[0-9a-f]{16}$/);
    expect(Subnet).toMatchObject({ ...input, AvailableIpAddressCount: 251, MapPublicIpOnLaunch: false });
  });

  test.each([
    ['the CIDR of another', '10.0.0.0/24', 'InvalidSubnet.Conflict'],
    ['a CIDR that overlaps another', '10.0.0.128/25', 'InvalidSubnet.Conflict'],
    ['a CIDR outside its VPC', '10.1.0.0/24', 'InvalidSubnet.Range'],
    ['a CIDR too small', '10.0.1.0/29', 'InvalidSubnet.Range'],
    ['a CIDR that is none', '10.0.1/24', 'InvalidParameterValue'],
  ])('EC2-26: with %s is refused', (_what, CidrBlock, code) => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    makeSubnet(account, VpcId);
    expect(refusalOf(() => makeSubnet(account, VpcId, { CidrBlock }))).toBe(code);
  });

  test('EC2-26: may have the CIDR of one in another VPC', () => {
    const account = new TestAccount();
    makeSubnet(account, makeVpc(account));
    expect(makeSubnet(account, makeVpc(account))).toMatch(/^subnet-/);
  });

  test('EC2-27: in a zone of another region or a VPC that is not there is refused', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const AvailabilityZone = 'eu-west-1a';
    expect(refusalOf(() => makeSubnet(account, VpcId, { AvailabilityZone }))).toBe('InvalidParameterValue');
    expect(refusalOf(() => makeSubnet(account, 'vpc-0'))).toBe('InvalidVpcID.NotFound');
  });

  test('EC2-28: can give public addresses', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    account.ec2('ModifySubnetAttribute', { SubnetId: subnetId, MapPublicIpOnLaunch: { Value: true } });
    const { Subnets } = account.ec2('DescribeSubnets', { SubnetIds: [subnetId] });
    expect(Subnets?.[0]?.MapPublicIpOnLaunch).toBe(true);
  });

  test('EC2-29: cannot be deleted until its last instance is terminated', () => {
    const account = new TestAccount();
    const { subnetId: SubnetId } = makePlace(account);
    const InstanceIds = idsOf(launch(account, SubnetId));
    expect(refusalOf(() => account.ec2('DeleteSubnet', { SubnetId }))).toBe('DependencyViolation');
    account.ec2('TerminateInstances', { InstanceIds });
    expect(refusalOf(() => account.ec2('DeleteSubnet', { SubnetId }))).toBe('DependencyViolation');
    account.pass(30_000);
    account.ec2('DeleteSubnet', { SubnetId });
    expect(refusalOf(() => account.ec2('DeleteSubnet', { SubnetId }))).toBe('InvalidSubnetID.NotFound');
  });

  test('EC2-30: leaves its route table when it is deleted', () => {
    const account = new TestAccount();
    const { vpcId: VpcId, subnetId: SubnetId } = makePlace(account);
    const RouteTableId = account.ec2('CreateRouteTable', { VpcId }).RouteTable?.RouteTableId ?? '';
    account.ec2('AssociateRouteTable', { RouteTableId, SubnetId });
    account.ec2('DeleteSubnet', { SubnetId });
    const asked = { RouteTableIds: [RouteTableId] };
    expect(account.ec2('DescribeRouteTables', asked).RouteTables?.[0]?.Associations).toEqual([]);
  });
});
