import {
  CreateInternetGatewayCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type Instance,
  type ResourceType,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type TagSpecification,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import type { Judge } from '../judge.ts';
import { refusalOf } from '../refusal.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;

export const ZONE = 'eu-west-3a';
export const DEBIAN = '136693071363';

/** An id of its kind that nothing has. */
export const NOWHERE = '0123456789abcdef0';

export function tagged(ResourceType: ResourceType, tags: Readonly<Record<string, string>>): TagSpecification[] {
  return [{ ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}

export async function makeVpc({ ec2 }: Ec2, CidrBlock = '10.20.0.0/16'): Promise<string> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock }));
  return Vpc?.VpcId ?? '';
}

export async function makeSubnet({ ec2 }: Ec2, VpcId: string, CidrBlock = '10.20.1.0/24'): Promise<string> {
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: ZONE }));
  return Subnet?.SubnetId ?? '';
}

export async function makeGateway({ ec2 }: Ec2): Promise<string> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  return InternetGateway?.InternetGatewayId ?? '';
}

export async function makeTable({ ec2 }: Ec2, VpcId: string): Promise<string> {
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  return RouteTable?.RouteTableId ?? '';
}

export async function makeGroup({ ec2 }: Ec2, VpcId: string, GroupName = 'nodes'): Promise<string> {
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: 'of a fact' }));
  return GroupId ?? '';
}

/** A VPC with a subnet, ready to launch into. */
export async function makePlace(aws: Ec2): Promise<{ readonly vpcId: string; readonly subnetId: string }> {
  const vpcId = await makeVpc(aws);
  return { vpcId, subnetId: await makeSubnet(aws, vpcId) };
}

export async function imageId({ ec2 }: Ec2): Promise<string> {
  const Filters = [
    { Name: 'name', Values: ['debian-13-amd64-*'] },
    { Name: 'architecture', Values: ['x86_64'] },
  ];
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: [DEBIAN], Filters }));
  return Images?.[0]?.ImageId ?? '';
}

type Launch = Partial<RunInstancesCommandInput>;

/** A launch as the provider asks for it, without what the fact is not about. */
export async function launchOf(aws: Ec2, SubnetId: string, extra: Launch = {}): Promise<RunInstancesCommand> {
  const ImageId = await imageId(aws);
  const size = { InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;
  return new RunInstancesCommand({ ImageId, ...size, SubnetId, ClientToken: 'launch-of-a-fact', ...extra });
}

export async function launch(aws: Ec2, SubnetId: string, extra: Launch = {}): Promise<readonly Instance[]> {
  const { Instances = [] } = await aws.ec2.send(await launchOf(aws, SubnetId, extra));
  return Instances;
}

export function idsOf(instances: readonly Instance[]): string[] {
  return instances.map(({ InstanceId = '' }) => InstanceId);
}

/** Launches one, and lets it come up. */
export async function running(aws: Ec2, judge: Judge, subnetId: string, extra: Launch = {}): Promise<string> {
  const [id = ''] = idsOf(await launch(aws, subnetId, extra));
  await judge.pass(BOOT_MS);
  await look(aws, id);
  return id;
}

/** The longest that a machine takes to run, or to be terminated. */
export const BOOT_MS = 60_000;

export async function look({ ec2 }: Ec2, id: string): Promise<Instance | undefined> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0];
}

/** One that runs, in a place of its own. */
export async function machine(aws: AwsClients, judge: Judge): Promise<string> {
  const { subnetId } = await makePlace(aws);
  return running(aws, judge, subnetId);
}

export async function ended(aws: AwsClients, judge: Judge): Promise<string> {
  const id = await machine(aws, judge);
  await terminate(aws, id);
  await judge.pass(BOOT_MS);
  return id;
}

export async function terminate({ ec2 }: Ec2, ...InstanceIds: string[]): Promise<string> {
  return refusalOf(ec2.send(new TerminateInstancesCommand({ InstanceIds })));
}
