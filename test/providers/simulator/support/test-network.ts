import type { Instance } from '@aws-sdk/client-ec2';
import { PROTOCOL_FORMAT } from '#host/protocol.ts';
import { ACTED } from '../../../support/acted-machines.ts';
import type { TestAccount } from './test-account.ts';

export const CLUSTER = 'clusteruid';
export const BUCKET = 'bootstrap-clusteruid';

export function stubText(bucket = BUCKET): string {
  const mailbox = { bucket, region: 'eu-west-3' };
  const stub = { format: PROTOCOL_FORMAT, cluster: CLUSTER, ...mailbox } as const;
  return ACTED.userDataOf({ stub, mailbox, role: 'control-plane' });
}

export function tagged(type: string, tags: Record<string, string>): object {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return { TagSpecifications: [{ ResourceType: type, Tags }] };
}

export function makeVpc(test: TestAccount, extra: object = {}): string {
  const { Vpc } = test.ec2('CreateVpc', { CidrBlock: '10.0.0.0/16', ...extra });
  return Vpc?.VpcId ?? '';
}

export function makeSubnet(test: TestAccount, VpcId: string, extra: object = {}): string {
  const usual = { CidrBlock: '10.0.0.0/24', AvailabilityZone: 'eu-west-3a' };
  const { Subnet } = test.ec2('CreateSubnet', { VpcId, ...usual, ...extra });
  return Subnet?.SubnetId ?? '';
}

export function makeGateway(test: TestAccount): string {
  const { InternetGateway } = test.ec2('CreateInternetGateway');
  return InternetGateway?.InternetGatewayId ?? '';
}

export function makeGroup(test: TestAccount, VpcId: string, GroupName = 'nodes'): string {
  const { GroupId } = test.ec2('CreateSecurityGroup', {
    VpcId,
    GroupName,
    Description: 'for a test',
  });
  return GroupId ?? '';
}

export function imageId(test: TestAccount, architecture = 'x86_64'): string {
  const Filters = [{ Name: 'architecture', Values: [architecture] }];
  const { Images } = test.ec2('DescribeImages', { Owners: ['136693071363'], Filters });
  return Images?.[0]?.ImageId ?? '';
}

export function launchInput(test: TestAccount, SubnetId: string, extra: object = {}): object {
  const size = { InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 };
  const UserData = Buffer.from(stubText()).toString('base64');
  return { ImageId: imageId(test), ...size, SubnetId, ClientToken: 'token', UserData, ...extra };
}

export function launch(test: TestAccount, SubnetId: string, extra: object = {}): readonly Instance[] {
  return test.ec2('RunInstances', launchInput(test, SubnetId, extra)).Instances ?? [];
}

/** A VPC with a subnet, ready to launch into. */
export function makePlace(test: TestAccount): { readonly vpcId: string; readonly subnetId: string } {
  const vpcId = makeVpc(test);
  return { vpcId, subnetId: makeSubnet(test, vpcId) };
}

export function idsOf(instances: readonly Instance[]): readonly string[] {
  return instances.map(({ InstanceId = '' }) => InstanceId);
}

interface OpenPlace {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly gatewayId: string;
}

/** A place whose VPC has an internet gateway, and which gives public addresses if it is told to. */
export function openSubnet(test: TestAccount, { isMapped = true }: { readonly isMapped?: boolean } = {}): OpenPlace {
  const { vpcId, subnetId } = makePlace(test);
  const gatewayId = makeGateway(test);
  test.ec2('AttachInternetGateway', { InternetGatewayId: gatewayId, VpcId: vpcId });
  test.ec2('ModifySubnetAttribute', { SubnetId: subnetId, MapPublicIpOnLaunch: { Value: isMapped } });
  return { vpcId, subnetId, gatewayId };
}

/** The subnet of such a place. */
export function makeWayOut(test: TestAccount): string {
  return openSubnet(test).subnetId;
}

export function allocate(test: TestAccount, extra: object = {}): string {
  return test.ec2('AllocateAddress', { Domain: 'vpc', ...extra }).AllocationId ?? '';
}

/** With an address of its own. */
export function makeNatGateway(test: TestAccount, SubnetId: string, extra: object = {}) {
  const AllocationId = allocate(test);
  const { NatGateway } = test.ec2('CreateNatGateway', { SubnetId, AllocationId, ...extra });
  return { NatGatewayId: NatGateway?.NatGatewayId ?? '', AllocationId };
}

/** What gives a machine a role from its launch on: without one it cannot speak. */
export function makeRole(test: TestAccount): object {
  const [RoleName, InstanceProfileName] = ['speakers', 'speakers'];
  test.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' });
  test.call('iam', 'CreateInstanceProfile', { InstanceProfileName });
  test.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
  return { IamInstanceProfile: { Name: InstanceProfileName } };
}

/** Where the letters of a machine lie. */
export function prefixOf(id: string, region = 'eu-west-3'): string {
  return `mailbox/arn:aws:ec2:${region}:123456789012:instance/${id}/`;
}
