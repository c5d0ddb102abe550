import { expect, test } from 'vitest';
import { TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makeGroup, makePlace } from '../support/test-network.ts';

function interfacesIn(account: TestAccount, Name: string, value: string) {
  return account.ec2('DescribeNetworkInterfaces', { Filters: [{ Name, Values: [value] }] }).NetworkInterfaces;
}

test('ENI-1: a machine has one as long as it is there, found by its network, its subnet and its groups', () => {
  const account = new TestAccount();
  const { vpcId, subnetId } = makePlace(account);
  const group = makeGroup(account, vpcId);
  const [id = ''] = idsOf(launch(account, subnetId, { SecurityGroupIds: [group] }));
  const own = [{ VpcId: vpcId, SubnetId: subnetId, Groups: [{ GroupId: group }], Attachment: { InstanceId: id } }];
  expect(interfacesIn(account, 'vpc-id', vpcId)).toMatchObject(own);
  expect(interfacesIn(account, 'subnet-id', subnetId)).toMatchObject(own);
  expect(interfacesIn(account, 'group-id', group)).toMatchObject(own);
  expect(interfacesIn(account, 'group-id', 'sg-0')).toEqual([]);
  account.ec2('TerminateInstances', { InstanceIds: [id] });
  account.pass(120_000);
  expect(interfacesIn(account, 'subnet-id', subnetId)).toEqual([]);
});

test('ENI-2: one that a service has made says so, and who', () => {
  const account = new TestAccount();
  const { subnetId } = makePlace(account);
  const { AllocationId } = account.ec2('AllocateAddress', {});
  const { NatGateway } = account.ec2('CreateNatGateway', { SubnetId: subnetId, AllocationId, ClientToken: 'nat' });
  expect(interfacesIn(account, 'subnet-id', subnetId)).toMatchObject([
    {
      Description: `Interface for NAT Gateway ${NatGateway?.NatGatewayId}`,
      InterfaceType: 'nat_gateway',
      RequesterManaged: true,
    },
  ]);
});
