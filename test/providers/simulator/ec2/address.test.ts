import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import { allocate, idsOf, launch, makeNatGateway, makeWayOut, openSubnet, tagged } from '../support/test-network.ts';

function associate(account: TestAccount, AllocationId: string, InstanceId: string, extra: object = {}): string {
  return account.ec2('AssociateAddress', { AllocationId, InstanceId, ...extra }).AssociationId ?? '';
}

function address(account: TestAccount, AllocationId: string) {
  return account.ec2('DescribeAddresses', { AllocationIds: [AllocationId] }).Addresses?.[0];
}

function publicIpOf(account: TestAccount, InstanceId: string): string | undefined {
  const { Reservations } = account.ec2('DescribeInstances', { InstanceIds: [InstanceId] });
  return Reservations?.[0]?.Instances?.[0]?.PublicIpAddress;
}

/** Machines that run, in a subnet that gives public addresses. */
function runningInstances(account: TestAccount, count = 1): readonly string[] {
  const ids = idsOf(launch(account, openSubnet(account).subnetId, { MinCount: count, MaxCount: count }));
  account.pass(30_000);
  return ids;
}

describe('a fixed address', () => {
  test('ADR-1: is another one for every request, and tagged in it', () => {
    const account = new TestAccount();
    const [first, second] = [allocate(account, tagged('elastic-ip', { key: 'value' })), allocate(account)];
    expect(first).toMatch(/^eipalloc-0[0-9a-f]{16}$/);
    expect(second).not.toBe(first);
    expect(address(account, first)?.Tags).toEqual([{ Key: 'key', Value: 'value' }]);
    expect(address(account, second)?.PublicIp).not.toBe(address(account, first)?.PublicIp);
  });

  test('ADR-2: is found by its id, by itself, by its tag and by who has it', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const AllocationId = allocate(account, tagged('elastic-ip', { key: 'value' }));
    allocate(account);
    associate(account, AllocationId, instance);
    const found = (input: object) =>
      account.ec2('DescribeAddresses', input).Addresses?.map((one) => one.AllocationId) ?? [];
    const PublicIp = address(account, AllocationId)?.PublicIp ?? '';
    expect(found({})).toHaveLength(2);
    expect(found({ PublicIps: [PublicIp] })).toEqual([AllocationId]);
    for (const [Name, value] of [
      ['allocation-id', AllocationId],
      ['instance-id', instance],
      ['tag:key', 'value'],
    ]) {
      expect(found({ Filters: [{ Name, Values: [value] }] })).toEqual([AllocationId]);
    }
    expect(refusalOf(() => found({ MaxResults: 100 }))).toBe('ValidationError');
  });

  test('ADR-3: beyond the quota is refused', () => {
    const account = new TestAccount();
    const { quotas } = account.account.weather;
    account.change({ quotas: { ...quotas, addresses: 1 } });
    allocate(account);
    expect(refusalOf(() => allocate(account))).toBe('AddressLimitExceeded');
  });

  test('ADR-4: takes the place of the one that its instance was launched with', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const own = publicIpOf(account, instance);
    const id = allocate(account);
    associate(account, id, instance);
    expect(publicIpOf(account, instance)).toBe(address(account, id)?.PublicIp);
    expect(publicIpOf(account, instance)).not.toBe(own);
    expect(address(account, id)).toMatchObject({ InstanceId: instance });
  });

  test('ADR-5: is refused by an instance that does not run', () => {
    const account = new TestAccount();
    const [instance = ''] = idsOf(launch(account, openSubnet(account).subnetId));
    const id = allocate(account);
    const giving = () => faultOf(() => associate(account, id, instance));
    const words = (state: string) => `The ${state} instance '${instance}' is not in a valid state for this operation.`;
    expect(giving()).toMatchObject({ name: 'InvalidInstanceID', message: words('pending') });
    account.pass(30_000);
    account.ec2('TerminateInstances', { InstanceIds: [instance] });
    account.pass(30_000);
    expect(giving()).toMatchObject({ name: 'InvalidInstanceID', message: words('terminated') });
  });

  test('ADR-6: is refused where the network has no internet gateway', () => {
    const account = new TestAccount();
    const { subnetId, vpcId, gatewayId } = openSubnet(account, { isMapped: false });
    const [instance = ''] = idsOf(launch(account, subnetId));
    account.pass(30_000);
    account.ec2('DetachInternetGateway', { InternetGatewayId: gatewayId, VpcId: vpcId });
    expect(refusalOf(() => associate(account, allocate(account), instance))).toBe('Gateway.NotAttached');
  });

  test('ADR-7: moves over to another instance, unless that is ruled out', () => {
    const account = new TestAccount();
    const [one = '', other = ''] = runningInstances(account, 2);
    const id = allocate(account);
    const first = associate(account, id, one);
    const staying = { AllowReassociation: false };
    expect(refusalOf(() => associate(account, id, other, staying))).toBe('Resource.AlreadyAssociated');
    expect(associate(account, id, other, { AllowReassociation: true })).not.toBe(first);
    expect(address(account, id)).toMatchObject({ InstanceId: other });
  });

  test('ADR-8: keeps its association where it is given again', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const id = allocate(account);
    const AssociationId = associate(account, id, instance);
    expect(associate(account, id, instance)).toBe(AssociationId);
    expect(associate(account, id, instance, { AllowReassociation: false })).toBe(AssociationId);
  });

  test('ADR-9: makes way for another one, and stays allocated', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const [first, second] = [allocate(account), allocate(account)];
    associate(account, first, instance);
    associate(account, second, instance);
    expect(address(account, first)?.InstanceId).toBeUndefined();
    expect(publicIpOf(account, instance)).toBe(address(account, second)?.PublicIp);
  });

  test('ADR-10: leaves its instance with another public address, if it was launched with one', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const own = publicIpOf(account, instance);
    const AssociationId = associate(account, allocate(account), instance);
    account.ec2('DisassociateAddress', { AssociationId });
    expect(publicIpOf(account, instance)).toMatch(/^198\.1[89]\./);
    expect(publicIpOf(account, instance)).not.toBe(own);

    const closed = new TestAccount();
    const [inside = ''] = idsOf(launch(closed, openSubnet(closed, { isMapped: false }).subnetId));
    closed.pass(30_000);
    const id = associate(closed, allocate(closed), inside);
    expect(publicIpOf(closed, inside)).toBeDefined();
    closed.ec2('DisassociateAddress', { AssociationId: id });
    expect(publicIpOf(closed, inside)).toBeUndefined();
  });

  test('ADR-11: is free again once its instance is terminated', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const id = allocate(account);
    associate(account, id, instance);
    account.ec2('TerminateInstances', { InstanceIds: [instance] });
    const release = () => refusalOf(() => account.ec2('ReleaseAddress', { AllocationId: id }));
    expect(release()).toBe('InvalidIPAddress.InUse');
    account.pass(30_000);
    expect(address(account, id)).toMatchObject({ AssociationId: undefined, InstanceId: undefined });
    expect(release()).toBe('accepted');
  });

  test('ADR-12: cannot be taken away twice', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const AssociationId = associate(account, allocate(account), instance);
    const take = () => refusalOf(() => account.ec2('DisassociateAddress', { AssociationId }));
    expect(take()).toBe('accepted');
    expect(take()).toBe('InvalidAssociationID.NotFound');
  });

  test('ADR-13: is released when nobody has it, and then unknown', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const id = allocate(account);
    const AssociationId = associate(account, id, instance);
    const release = () => refusalOf(() => account.ec2('ReleaseAddress', { AllocationId: id }));
    expect(release()).toBe('InvalidIPAddress.InUse');
    account.ec2('DisassociateAddress', { AssociationId });
    expect(release()).toBe('accepted');
    expect(release()).toBe('InvalidAllocationID.NotFound');
  });

  test('ADR-14: of a NAT gateway stays where it is until a moment after the gateway is gone', () => {
    const account = new TestAccount();
    const [instance = ''] = runningInstances(account);
    const { NatGatewayId, AllocationId } = makeNatGateway(account, makeWayOut(account));
    const release = () => faultOf(() => account.ec2('ReleaseAddress', { AllocationId }));
    const words = 'You do not have permission to access the specified resource.';
    expect(release()).toMatchObject({ name: 'AuthFailure', message: words });
    expect(refusalOf(() => associate(account, AllocationId, instance))).toBe('AuthFailure');
    const { AssociationId } = address(account, AllocationId) ?? {};
    expect(refusalOf(() => account.ec2('DisassociateAddress', { AssociationId }))).toBe('AuthFailure');
    account.pass(120_000);
    account.ec2('DeleteNatGateway', { NatGatewayId });
    const stateOf = () => account.ec2('DescribeNatGateways').NatGateways?.[0]?.State;
    while (stateOf() !== 'deleted') {
      expect(release()?.name).toBe('AuthFailure');
      account.pass(500);
    }
    expect(release()?.name).toBe('AuthFailure');
    account.pass(2_000);
    expect(release()).toBeUndefined();
  });
});
