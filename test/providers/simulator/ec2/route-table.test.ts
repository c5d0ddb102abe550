import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { makeGateway, makePlace, makeSubnet, makeVpc } from '../support/test-network.ts';

const EVERYWHERE = '0.0.0.0/0';

function makeTable(account: TestAccount, VpcId: string, extra: object = {}): string {
  const { RouteTable } = account.ec2('CreateRouteTable', { VpcId, ...extra });
  return RouteTable?.RouteTableId ?? '';
}

function tableOf(account: TestAccount, id: string) {
  return account.ec2('DescribeRouteTables', { RouteTableIds: [id] }).RouteTables?.[0];
}

function attachedGateway(account: TestAccount, VpcId: string): string {
  const InternetGatewayId = makeGateway(account);
  account.ec2('AttachInternetGateway', { InternetGatewayId, VpcId });
  return InternetGatewayId;
}

describe('a route table', () => {
  test('EC2-37: begins with the local route, and every VPC has a main one', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const table = tableOf(account, makeTable(account, VpcId));
    expect(table).toMatchObject({ VpcId, Routes: [{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' }] });
    const Filters = [
      { Name: 'vpc-id', Values: [VpcId] },
      { Name: 'association.main', Values: ['true'] },
    ];
    const main = account.ec2('DescribeRouteTables', { Filters }).RouteTables;
    expect(main).toHaveLength(1);
    const RouteTableId = main?.[0]?.RouteTableId;
    expect(refusalOf(() => account.ec2('DeleteRouteTable', { RouteTableId }))).toBe('DependencyViolation');
  });

  test('EC2-38: is made once for a client token, and refused for the token with other parameters', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const first = makeTable(account, VpcId, { ClientToken: 'once' });
    expect(makeTable(account, VpcId, { ClientToken: 'once' })).toBe(first);
    expect(makeTable(account, VpcId, { ClientToken: 'twice' })).not.toBe(first);
    const other = makeVpc(account);
    expect(refusalOf(() => makeTable(account, other, { ClientToken: 'once' }))).toBe('IdempotentParameterMismatch');
  });

  test('EC2-39: serves a subnet that no other serves', () => {
    const account = new TestAccount();
    const { vpcId, subnetId: SubnetId } = makePlace(account);
    const RouteTableId = makeTable(account, vpcId);
    const other = makeTable(account, vpcId);
    const associate = (id: string) => account.ec2('AssociateRouteTable', { RouteTableId: id, SubnetId });
    const { AssociationId } = associate(RouteTableId);
    expect(AssociationId).toMatch(/^rtbassoc-0[0-9a-f]{16}$/);
    expect(tableOf(account, RouteTableId)?.Associations).toMatchObject([{ SubnetId, Main: false }]);
    expect(refusalOf(() => associate(RouteTableId))).toBe('Resource.AlreadyAssociated');
    expect(refusalOf(() => associate(other))).toBe('Resource.AlreadyAssociated');
    expect(refusalOf(() => account.ec2('DeleteRouteTable', { RouteTableId }))).toBe('DependencyViolation');
    account.ec2('DisassociateRouteTable', { AssociationId });
    expect(refusalOf(() => account.ec2('DisassociateRouteTable', { AssociationId }))).toBe(
      'InvalidAssociationID.NotFound',
    );
    expect(refusalOf(() => account.ec2('DeleteRouteTable', { RouteTableId }))).toBe('accepted');
  });

  test('EC2-40: serves no subnet of another VPC', () => {
    const account = new TestAccount();
    const RouteTableId = makeTable(account, makeVpc(account));
    const SubnetId = makeSubnet(account, makeVpc(account));
    expect(refusalOf(() => account.ec2('AssociateRouteTable', { RouteTableId, SubnetId }))).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('a route', () => {
  test('EC2-41: to a gateway of the VPC is active, and a black hole once that is detached', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const RouteTableId = makeTable(account, VpcId);
    const GatewayId = attachedGateway(account, VpcId);
    account.ec2('CreateRoute', { RouteTableId, DestinationCidrBlock: EVERYWHERE, GatewayId });
    const route = { DestinationCidrBlock: EVERYWHERE, GatewayId };
    expect(tableOf(account, RouteTableId)?.Routes?.[1]).toMatchObject({ ...route, State: 'active' });
    account.ec2('DetachInternetGateway', { InternetGatewayId: GatewayId, VpcId });
    expect(tableOf(account, RouteTableId)?.Routes?.[1]).toMatchObject({ ...route, State: 'blackhole' });
  });

  test('EC2-42: exists once for its destination', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const input = {
      RouteTableId: makeTable(account, VpcId),
      DestinationCidrBlock: EVERYWHERE,
      GatewayId: attachedGateway(account, VpcId),
    };
    account.ec2('CreateRoute', input);
    expect(refusalOf(() => account.ec2('CreateRoute', input))).toBe('RouteAlreadyExists');
    expect(refusalOf(() => account.ec2('ReplaceRoute', input))).toBe('accepted');
  });

  test('EC2-43: to a gateway that is not there, or of another network, is refused', () => {
    const account = new TestAccount();
    const input = { RouteTableId: makeTable(account, makeVpc(account)), DestinationCidrBlock: EVERYWHERE };
    const create = (GatewayId: string) => refusalOf(() => account.ec2('CreateRoute', { ...input, GatewayId }));
    expect(create('igw-0')).toBe('InvalidGatewayID.NotFound');
    expect(create(makeGateway(account))).toBe('InvalidParameterValue');
  });

  test('EC2-44: is deleted once', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    const route = { RouteTableId: makeTable(account, VpcId), DestinationCidrBlock: EVERYWHERE };
    const GatewayId = attachedGateway(account, VpcId);
    account.ec2('CreateRoute', { ...route, GatewayId });
    account.ec2('DeleteRoute', route);
    expect(refusalOf(() => account.ec2('DeleteRoute', route))).toBe('InvalidRoute.NotFound');
    expect(refusalOf(() => account.ec2('ReplaceRoute', { ...route, GatewayId }))).toBe('InvalidParameterValue');
  });
});
