import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import {
  allocate,
  makeNatGateway,
  makePlace,
  makeSubnet,
  makeVpc,
  makeWayOut,
  tagged,
} from '../support/test-network.ts';

const PENDING_MS = 120_000;
const DELETING_MS = 100_000;
const SHOWN_MS = 3_600_000;

function natGateways(account: TestAccount, input: object = {}) {
  return account.ec2('DescribeNatGateways', input).NatGateways ?? [];
}

function stateOf(account: TestAccount): string | undefined {
  return natGateways(account)[0]?.State;
}

describe('a NAT gateway', () => {
  test('NAT-1: becomes available after a minute or two', () => {
    const account = new TestAccount();
    const { NatGatewayId, AllocationId } = makeNatGateway(
      account,
      makeWayOut(account),
      tagged('natgateway', { key: 'value' }),
    );
    expect(NatGatewayId).toMatch(/^nat-0[0-9a-f]{16}$/);
    account.pass(40_000);
    expect(stateOf(account)).toBe('pending');
    account.pass(80_000);
    const [address] = account.ec2('DescribeAddresses').Addresses ?? [];
    expect(natGateways(account)).toMatchObject([
      {
        State: 'available',
        NatGatewayAddresses: [{ AllocationId, PublicIp: address?.PublicIp }],
        Tags: [{ Key: 'key', Value: 'value' }],
      },
    ]);
  });

  test('NAT-2: is made once for a client token', () => {
    const account = new TestAccount();
    const SubnetId = makeWayOut(account);
    const asked = { SubnetId, AllocationId: allocate(account), ClientToken: 'token' };
    const create = (input: object) => account.ec2('CreateNatGateway', input).NatGateway?.NatGatewayId;
    expect(create(asked)).toBe(create(asked));
    expect(natGateways(account)).toHaveLength(1);
    const other = { ...asked, AllocationId: allocate(account) };
    expect(refusalOf(() => create(other))).toBe('IdempotentParameterMismatch');
  });

  test('NAT-3: fails, after the request was answered, for want of a gateway or of a free address, or just so', () => {
    const account = new TestAccount();
    const codes = () => natGateways(account).map(({ State, FailureCode }) => `${State} ${FailureCode}`);
    makeNatGateway(account, makePlace(account).subnetId);
    const { AllocationId } = makeNatGateway(account, makeWayOut(account));
    account.ec2('CreateNatGateway', { SubnetId: makeWayOut(account), AllocationId });
    account.change({ natGatewayFails: 1 });
    makeNatGateway(account, makeWayOut(account));
    expect(codes()).toEqual(Array(4).fill('pending undefined'));
    account.pass(PENDING_MS);
    expect(codes().toSorted()).toEqual([
      'available undefined',
      'failed Gateway.NotAttached',
      'failed InternalError',
      'failed Resource.AlreadyAssociated',
    ]);
  });

  test('NAT-4: that has failed holds nothing, and is described for an hour', () => {
    const account = new TestAccount({ weather: { natGatewayFails: 1 } });
    const subnetId = makeWayOut(account);
    const { AllocationId } = makeNatGateway(account, subnetId);
    account.pass(PENDING_MS);
    expect(stateOf(account)).toBe('failed');
    expect(refusalOf(() => account.ec2('ReleaseAddress', { AllocationId }))).toBe('accepted');
    expect(refusalOf(() => account.ec2('DeleteSubnet', { SubnetId: subnetId }))).toBe('accepted');
    account.pass(SHOWN_MS);
    expect(natGateways(account)).toEqual([]);
  });

  test('NAT-5: takes its time to go, and is described for an hour more', () => {
    const account = new TestAccount();
    const { NatGatewayId, AllocationId } = makeNatGateway(account, makeWayOut(account));
    account.pass(PENDING_MS);
    account.ec2('DeleteNatGateway', { NatGatewayId });
    account.pass(29_000);
    expect(stateOf(account)).toBe('deleting');
    expect(account.ec2('DescribeAddresses').Addresses?.[0]?.AssociationId).toMatch(/^eipassoc-/);
    account.pass(DELETING_MS);
    expect(stateOf(account)).toBe('deleted');
    expect(refusalOf(() => account.ec2('ReleaseAddress', { AllocationId }))).toBe('accepted');
    account.pass(SHOWN_MS - DELETING_MS);
    expect(stateOf(account)).toBe('deleted');
    account.pass(DELETING_MS);
    expect(natGateways(account)).toEqual([]);
  });

  test('NAT-6: may be deleted again while it goes, and is unknown when it is gone', () => {
    const account = new TestAccount();
    const { NatGatewayId } = makeNatGateway(account, makeWayOut(account));
    account.pass(PENDING_MS);
    const remove = () => refusalOf(() => account.ec2('DeleteNatGateway', { NatGatewayId }));
    expect([remove(), remove()]).toEqual(['accepted', 'accepted']);
    account.pass(DELETING_MS);
    expect(remove()).toBe('NatGatewayNotFound');
  });

  test('NAT-7: is in the way of its subnet and of the internet gateway until it is gone', () => {
    const account = new TestAccount();
    const SubnetId = makeWayOut(account);
    const { NatGatewayId } = makeNatGateway(account, SubnetId);
    const [{ InternetGatewayId, Attachments } = {}] = account.ec2('DescribeInternetGateways').InternetGateways ?? [];
    const ends = { InternetGatewayId, VpcId: Attachments?.[0]?.VpcId };
    const attempts = () => [
      refusalOf(() => account.ec2('DetachInternetGateway', ends)),
      refusalOf(() => account.ec2('DeleteSubnet', { SubnetId })),
    ];
    account.pass(PENDING_MS);
    expect(attempts()).toEqual(['DependencyViolation', 'DependencyViolation']);
    account.ec2('DeleteNatGateway', { NatGatewayId });
    expect(attempts()).toEqual(['DependencyViolation', 'DependencyViolation']);
    account.pass(DELETING_MS);
    expect(attempts()).toEqual(['accepted', 'accepted']);
  });

  test('NAT-8: is led to by routes, which end in nothing when it is gone', () => {
    const account = new TestAccount();
    const subnetId = makeWayOut(account);
    const { NatGatewayId } = makeNatGateway(account, subnetId);
    const [{ VpcId } = {}] = account.ec2('DescribeSubnets', { SubnetIds: [subnetId] }).Subnets ?? [];
    const { RouteTable } = account.ec2('CreateRouteTable', { VpcId });
    const place = { RouteTableId: RouteTable?.RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
    const lead = (to: object) => refusalOf(() => account.ec2('CreateRoute', { ...place, ...to }));
    expect(lead({ NatGatewayId: 'nat-00000000000000000' })).toBe('InvalidNatGatewayID.NotFound');
    expect(lead({})).toBe('InvalidParameterCombination');
    expect(lead({ NatGatewayId, GatewayId: 'igw-00000000000000000' })).toBe('InvalidParameterCombination');
    expect(lead({ NatGatewayId })).toBe('accepted');
    const shown = () => {
      const Filters = [{ Name: 'route.nat-gateway-id', Values: [NatGatewayId] }];
      const [table] = account.ec2('DescribeRouteTables', { Filters }).RouteTables ?? [];
      return table?.Routes?.find((route) => route.NatGatewayId !== undefined)?.State;
    };
    expect(shown()).toBe('active');
    account.pass(PENDING_MS);
    account.ec2('DeleteNatGateway', { NatGatewayId });
    account.pass(DELETING_MS);
    expect(shown()).toBe('blackhole');
    expect(refusalOf(() => account.ec2('ReplaceRoute', { ...place, NatGatewayId }))).toBe(
      'InvalidNatGatewayID.NotFound',
    );
  });

  test('NAT-9: is refused as the sixth in a zone', () => {
    const account = new TestAccount();
    const subnetId = makeWayOut(account);
    for (let made = 0; made < 5; made += 1) makeNatGateway(account, subnetId);
    expect(refusalOf(() => makeNatGateway(account, subnetId))).toBe('NatGatewayLimitExceeded');
    const elsewhere = makeSubnet(account, makeVpc(account), { AvailabilityZone: 'eu-west-3b' });
    expect(refusalOf(() => makeNatGateway(account, elsewhere))).toBe('accepted');
  });

  test('NAT-10: is found by id, subnet, network and state', () => {
    const account = new TestAccount();
    const subnetId = makeWayOut(account);
    const { NatGatewayId } = makeNatGateway(account, subnetId);
    makeNatGateway(account, makePlace(account).subnetId);
    const found = (Name: string, value: string) =>
      natGateways(account, { Filter: [{ Name, Values: [value] }] }).map((nat) => nat.NatGatewayId);
    expect(found('nat-gateway-id', NatGatewayId)).toEqual([NatGatewayId]);
    expect(found('subnet-id', subnetId)).toEqual([NatGatewayId]);
    account.pass(PENDING_MS);
    expect(found('state', 'available')).toEqual([NatGatewayId]);
    expect(refusalOf(() => natGateways(account, { Filters: [] }))).toBe('ValidationError');
    const unknown = { NatGatewayIds: ['nat-00000000000000000'] };
    expect(refusalOf(() => natGateways(account, unknown))).toBe('NatGatewayNotFound');
  });
});
