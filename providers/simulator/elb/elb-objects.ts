import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, type Kind, Tags } from '../objects.ts';

const LoadBalancer = z.strictObject({
  arn: z.string(),
  name: z.string(),
  dnsName: z.string(),
  scheme: z.enum(['internet-facing', 'internal']),
  vpcId: z.string(),
  subnets: z.array(z.strictObject({ id: z.string(), zone: z.string() })).readonly(),
  groupIds: z.array(z.string()).readonly(),
  createdAtMs: z.number(),
  activeAtMs: z.number(),
  tags: Tags,
});
export type LoadBalancer = Readonly<z.output<typeof LoadBalancer>>;
/** By ARN, like everything here. */
export const LOAD_BALANCERS = defineKind<LoadBalancer>({
  name: 'load-balancer',
  scope: 'region',
  schema: LoadBalancer,
});

const HealthCheck = z.strictObject({ intervalSeconds: z.int(), healthyAfter: z.int(), unhealthyAfter: z.int() });

const TargetGroup = z.strictObject({
  arn: z.string(),
  name: z.string(),
  port: z.int(),
  vpcId: z.string(),
  check: HealthCheck,
  drainSeconds: z.int(),
  preservesClientIp: z.boolean(),
  tags: Tags,
});
export type TargetGroup = Readonly<z.output<typeof TargetGroup>>;
export const TARGET_GROUPS = defineKind<TargetGroup>({ name: 'target-group', scope: 'region', schema: TargetGroup });

const Listener = z.strictObject({
  arn: z.string(),
  balancerArn: z.string(),
  port: z.int(),
  groupArn: z.string(),
  tags: Tags,
});
export type Listener = Readonly<z.output<typeof Listener>>;
export const LISTENERS = defineKind<Listener>({ name: 'listener', scope: 'region', schema: Listener });

const Target = z.strictObject({
  groupArn: z.string(),
  instanceId: z.string(),
  port: z.int(),
  registeredAtMs: z.number(),
  /** Until then its last connections may end. */
  drainsUntilMs: z.number().optional(),
  tags: Tags,
});
export type Target = Readonly<z.output<typeof Target>>;
/** By group and instance. */
export const TARGETS = defineKind<Target>({
  name: 'target',
  scope: 'region',
  schema: Target,
  isAlive: isRegistered,
});

export function isRegistered({ drainsUntilMs = Infinity }: Target, nowMs: number): boolean {
  return nowMs < drainsUntilMs;
}

export function targetsOf(desk: Desk, groupArn: string): readonly (readonly [id: string, target: Target])[] {
  return [...desk.truth(TARGETS).startingWith(`${groupArn} `)];
}

export function targetId(groupArn: string, instanceId: string): string {
  return `${groupArn} ${instanceId}`;
}

export function missingBalancer(): AwsFault {
  return fault('LoadBalancerNotFoundException', 'One or more load balancers not found');
}

export function missingGroup(): AwsFault {
  return fault('TargetGroupNotFoundException', 'One or more target groups not found');
}

export function missingListener(): AwsFault {
  return fault('ListenerNotFoundException', 'One or more listeners not found');
}

/** The object as it is, if the caller can see it already. */
export function mustSee<T extends { readonly tags: Tags }>(
  desk: Desk,
  kind: Kind<T>,
  { arn, missing }: { readonly arn: string; readonly missing: () => AwsFault },
): T {
  const value = desk.truth(kind).get(arn);
  if (value === undefined || desk.view(kind).get(arn) === undefined) throw missing();
  return value;
}

export function newArn(desk: Desk, what: string): string {
  return `arn:aws:elasticloadbalancing:${desk.region}:${desk.accountId}:${what}/${desk.chance.hex(16)}`;
}
