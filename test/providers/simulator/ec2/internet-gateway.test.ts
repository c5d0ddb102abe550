import { describe, expect, test } from 'vitest';
import { faultOf, refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makeGateway, makePlace, makeVpc } from '../support/test-network.ts';

describe('an internet gateway', () => {
  test('EC2-31: is attached to one VPC, and found by it', () => {
    const account = new TestAccount();
    const InternetGatewayId = makeGateway(account);
    const VpcId = makeVpc(account);
    account.ec2('AttachInternetGateway', { InternetGatewayId, VpcId });
    const Filters = [{ Name: 'attachment.vpc-id', Values: [VpcId] }];
    const asked = account.ec2('DescribeInternetGateways', { Filters });
    expect(asked.InternetGateways).toMatchObject([{ InternetGatewayId, Attachments: [{ VpcId, State: 'available' }] }]);
  });

  test('EC2-32: that is attached cannot be attached again, even to the same VPC', () => {
    const account = new TestAccount();
    const attachment = { InternetGatewayId: makeGateway(account), VpcId: makeVpc(account) };
    account.ec2('AttachInternetGateway', attachment);
    expect(faultOf(() => account.ec2('AttachInternetGateway', attachment))).toMatchObject({
      name: 'Resource.AlreadyAssociated',
      message: `resource ${attachment.InternetGatewayId} is already attached to network ${attachment.VpcId}`,
    });
  });

  test('EC2-33: is refused by a VPC that has one', () => {
    const account = new TestAccount();
    const VpcId = makeVpc(account);
    account.ec2('AttachInternetGateway', { InternetGatewayId: makeGateway(account), VpcId });
    const second = { InternetGatewayId: makeGateway(account), VpcId };
    expect(refusalOf(() => account.ec2('AttachInternetGateway', second))).toBe('InvalidParameterValue');
  });

  test('EC2-34: that is not attached cannot be detached', () => {
    const account = new TestAccount();
    const attachment = { InternetGatewayId: makeGateway(account), VpcId: makeVpc(account) };
    expect(refusalOf(() => account.ec2('DetachInternetGateway', attachment))).toBe('Gateway.NotAttached');
  });

  test('EC2-35: stays while an instance of its VPC has a public address', () => {
    const account = new TestAccount();
    const { vpcId: VpcId, subnetId } = makePlace(account);
    account.ec2('ModifySubnetAttribute', { SubnetId: subnetId, MapPublicIpOnLaunch: { Value: true } });
    const attachment = { InternetGatewayId: makeGateway(account), VpcId };
    account.ec2('AttachInternetGateway', attachment);
    const InstanceIds = idsOf(launch(account, subnetId));
    expect(refusalOf(() => account.ec2('DetachInternetGateway', attachment))).toBe('DependencyViolation');
    account.ec2('TerminateInstances', { InstanceIds });
    account.pass(30_000);
    expect(refusalOf(() => account.ec2('DetachInternetGateway', attachment))).toBe('accepted');
  });

  test('EC2-36: is deleted once it is detached', () => {
    const account = new TestAccount();
    const attachment = { InternetGatewayId: makeGateway(account), VpcId: makeVpc(account) };
    const { InternetGatewayId } = attachment;
    account.ec2('AttachInternetGateway', attachment);
    const remove = () => refusalOf(() => account.ec2('DeleteInternetGateway', { InternetGatewayId }));
    expect(remove()).toBe('DependencyViolation');
    account.ec2('DetachInternetGateway', attachment);
    expect(remove()).toBe('accepted');
    expect(remove()).toBe('InvalidInternetGatewayID.NotFound');
  });

  test('EC2-20: beyond the quota is refused', () => {
    const account = new TestAccount();
    for (let made = 0; made < 5; made += 1) makeGateway(account);
    expect(refusalOf(() => makeGateway(account))).toBe('InternetGatewayLimitExceeded');
  });
});
