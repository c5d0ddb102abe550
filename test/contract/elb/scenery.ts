import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DescribeLoadBalancersCommand,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AttachInternetGatewayCommand } from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { makeGateway, makeGroup, makeSubnet, makeVpc, NOWHERE } from '../ec2/scenery.ts';

export type Elb = Pick<AwsClients, 'elb' | 'ec2'>;

export const ACTIVE_MS = 300_000;
export const NO_BALANCER = 'LoadBalancerNotFoundException 400';
export const NO_GROUP = 'TargetGroupNotFoundException 400';
export const NO_LISTENER = 'ListenerNotFoundException 400';
export const Tags = [{ Key: 'bootstrap:cluster', Value: 'c1' }];

export interface Place {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly groupId: string;
}

export async function makeOutside(aws: Elb): Promise<Place> {
  const VpcId = await makeVpc(aws);
  const InternetGatewayId = await makeGateway(aws);
  await aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  return { vpcId: VpcId, subnetId: await makeSubnet(aws, VpcId), groupId: await makeGroup(aws, VpcId, 'balancer') };
}

export function balancerRequest(
  { subnetId, groupId }: Place,
  extra: Partial<CreateLoadBalancerCommandInput> = {},
): CreateLoadBalancerCommand {
  const kind = { Name: 'blog', Type: 'network', Scheme: 'internet-facing', IpAddressType: 'ipv4' } as const;
  return new CreateLoadBalancerCommand({ ...kind, Subnets: [subnetId], SecurityGroups: [groupId], Tags, ...extra });
}

export async function makeBalancer({ elb }: Elb, place: Place): Promise<LoadBalancer> {
  return (await elb.send(balancerRequest(place))).LoadBalancers?.[0] ?? {};
}

export async function balancerOf({ elb }: Elb, name = 'blog'): Promise<LoadBalancer | undefined> {
  return (await elb.send(new DescribeLoadBalancersCommand({ Names: [name] }))).LoadBalancers?.[0];
}

export function groupRequest(
  VpcId: string,
  extra: Partial<CreateTargetGroupCommandInput> = {},
): CreateTargetGroupCommand {
  const check = { HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 };
  const kind = { Name: 'blog-api', Protocol: 'TCP', Port: 6_443, TargetType: 'instance' } as const;
  return new CreateTargetGroupCommand({ ...kind, VpcId, HealthCheckProtocol: 'TCP', ...check, Tags, ...extra });
}

export async function makeTargetGroup({ elb }: Elb, vpcId: string, Name = 'blog-api'): Promise<string> {
  const { TargetGroups } = await elb.send(groupRequest(vpcId, { Name }));
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

export function listenerRequest(LoadBalancerArn: string, TargetGroupArn: string, Port = 6_443): CreateListenerCommand {
  const DefaultActions = [{ Type: 'forward', TargetGroupArn } as const];
  return new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port, DefaultActions, Tags });
}

export interface Served extends Place {
  readonly balancerArn: string;
  readonly groupArn: string;
  readonly listenerArn: string;
}

export async function serve(aws: Elb): Promise<Served> {
  const place = await makeOutside(aws);
  const balancerArn = (await makeBalancer(aws, place)).LoadBalancerArn ?? '';
  const groupArn = await makeTargetGroup(aws, place.vpcId);
  const { Listeners } = await aws.elb.send(listenerRequest(balancerArn, groupArn));
  return { ...place, balancerArn, groupArn, listenerArn: Listeners?.[0]?.ListenerArn ?? '' };
}

/** An ARN of its kind that nothing has. */
export function nowhere(kind: string): string {
  return `arn:aws:elasticloadbalancing:eu-west-3:123456789012:${kind}/${NOWHERE}`;
}
