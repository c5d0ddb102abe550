import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { VPCS } from '../ec2/network-objects.ts';
import { defineOperation } from '../operation.ts';
import {
  LISTENERS,
  missingGroup,
  mustSee,
  newArn,
  TARGET_GROUPS,
  type TargetGroup,
  TARGETS,
  targetsOf,
} from './elb-objects.ts';
import { CHANGING_MS, checkName, chosen, invalid, LISTING, tagsFrom, WrittenTags } from './elb-request.ts';

const Port = z.int().min(1).max(65_535);

const CHECK = {
  HealthCheckProtocol: z.literal('TCP').optional(),
  HealthCheckPort: z.literal('traffic-port').optional(),
  HealthCheckIntervalSeconds: z.int().min(5).max(300).optional(),
  HealthyThresholdCount: z.int().min(2).max(10).optional(),
  UnhealthyThresholdCount: z.int().min(2).max(10).optional(),
};

const CHECK_DEFAULTS = { intervalSeconds: 30, healthyAfter: 5, unhealthyAfter: 2 };
const DRAIN_SECONDS_DEFAULT = 300;
const DRAIN_SECONDS_MAX = 3_600;

const createTargetGroup = defineOperation({
  name: 'CreateTargetGroup',
  input: z.strictObject({
    Name: z.string(),
    Protocol: z.literal('TCP'),
    Port,
    VpcId: z.string(),
    TargetType: z.literal('instance').optional(),
    ...CHECK,
    Tags: WrittenTags.optional(),
  }),
  latencyMs: CHANGING_MS,
  run: ({ Name: name, Port: port, VpcId: vpcId, Tags, ...asked }, desk) => {
    checkName(name);
    if (desk.truth(VPCS).get(vpcId) === undefined || desk.view(VPCS).get(vpcId) === undefined)
      throw invalid(`The VPC ID '${vpcId}' is not found`);
    const settings = { port, vpcId, check: checkFrom(asked, CHECK_DEFAULTS), tags: tagsFrom(Tags) };
    const known = desk.truth(TARGET_GROUPS).find((group) => group.name === name);
    if (known !== undefined) return { TargetGroups: [shownGroup(sameOrRefused(known, settings), desk)] };
    const group: TargetGroup = {
      arn: newArn(desk, `targetgroup/${name}`),
      name,
      ...settings,
      drainSeconds: DRAIN_SECONDS_DEFAULT,
      preservesClientIp: true,
    };
    desk.put(TARGET_GROUPS, group.arn, group);
    return { TargetGroups: [shownGroup(group, desk)] };
  },
});

const describeTargetGroups = defineOperation({
  name: 'DescribeTargetGroups',
  input: z.strictObject({
    Names: z.array(z.string()).max(20).optional(),
    TargetGroupArns: z.array(z.string()).max(20).optional(),
    ...LISTING,
  }),
  run: ({ Names, TargetGroupArns: arns, ...asked }, desk) => {
    const isWanted =
      Names === undefined && arns === undefined
        ? undefined
        : ({ name, arn }: TargetGroup) => Names?.includes(name) === true || arns?.includes(arn) === true;
    const { items, NextMarker } = chosen(desk, desk.view(TARGET_GROUPS).all(), { asked, isWanted });
    if (isWanted !== undefined && items.length < (Names ?? arns ?? []).length) throw missingGroup();
    return { TargetGroups: items.map((group) => shownGroup(group, desk)), NextMarker };
  },
});

const modifyTargetGroup = defineOperation({
  name: 'ModifyTargetGroup',
  input: z.strictObject({ TargetGroupArn: z.string(), ...CHECK }),
  latencyMs: CHANGING_MS,
  run: ({ TargetGroupArn: arn, ...asked }, desk) => {
    const group = mustSee(desk, TARGET_GROUPS, { arn, missing: missingGroup });
    const changed = { ...group, check: checkFrom(asked, group.check) };
    desk.put(TARGET_GROUPS, arn, changed);
    return { TargetGroups: [shownGroup(changed, desk)] };
  },
});

const Attributes = z.array(z.strictObject({ Key: z.string(), Value: z.string() })).min(1);

const modifyTargetGroupAttributes = defineOperation({
  name: 'ModifyTargetGroupAttributes',
  input: z.strictObject({ TargetGroupArn: z.string(), Attributes }),
  latencyMs: CHANGING_MS,
  run: ({ TargetGroupArn: arn, Attributes: asked }, desk) => {
    const changed = asked.reduce(withAttribute, mustSee(desk, TARGET_GROUPS, { arn, missing: missingGroup }));
    desk.put(TARGET_GROUPS, arn, changed);
    return { Attributes: attributesOf(changed) };
  },
});

const describeTargetGroupAttributes = defineOperation({
  name: 'DescribeTargetGroupAttributes',
  input: z.strictObject({ TargetGroupArn: z.string() }),
  run: ({ TargetGroupArn: arn }, desk) => {
    const group = desk.view(TARGET_GROUPS).get(arn);
    if (group === undefined) throw missingGroup();
    return { Attributes: attributesOf(group) };
  },
});

/** What is not there is gone: no refusal. */
const deleteTargetGroup = defineOperation({
  name: 'DeleteTargetGroup',
  input: z.strictObject({ TargetGroupArn: z.string() }),
  latencyMs: CHANGING_MS,
  run: ({ TargetGroupArn: arn }, desk) => {
    if (desk.truth(TARGET_GROUPS).get(arn) === undefined) return {};
    if (desk.truth(LISTENERS).find(({ groupArn }) => groupArn === arn) !== undefined)
      throw fault('ResourceInUseException', `Target group '${arn}' is currently in use by a listener or a rule`);
    for (const [id] of targetsOf(desk, arn)) desk.remove(TARGETS, id);
    desk.remove(TARGET_GROUPS, arn);
    return {};
  },
});

export const TARGET_GROUP_OPERATIONS = [
  createTargetGroup,
  describeTargetGroups,
  modifyTargetGroup,
  modifyTargetGroupAttributes,
  describeTargetGroupAttributes,
  deleteTargetGroup,
] as const;

type Check = TargetGroup['check'];

function checkFrom(
  asked: {
    readonly HealthCheckIntervalSeconds?: number | undefined;
    readonly HealthyThresholdCount?: number | undefined;
    readonly UnhealthyThresholdCount?: number | undefined;
  },
  before: Check,
): Check {
  return {
    intervalSeconds: asked.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    healthyAfter: asked.HealthyThresholdCount ?? before.healthyAfter,
    unhealthyAfter: asked.UnhealthyThresholdCount ?? before.unhealthyAfter,
  };
}

/** The same request again is answered as before. */
function sameOrRefused(
  known: TargetGroup,
  wanted: Pick<TargetGroup, 'port' | 'vpcId' | 'check' | 'tags'>,
): TargetGroup {
  const { port, vpcId, check, tags } = known;
  if (canonicalJson({ port, vpcId, check, tags }) === canonicalJson({ ...wanted })) return known;
  const message = `A target group with the same name '${known.name}' exists, but with different settings`;
  throw fault('DuplicateTargetGroupNameException', message);
}

function withAttribute(group: TargetGroup, { Key, Value }: z.output<typeof Attributes>[number]): TargetGroup {
  switch (Key) {
    case 'deregistration_delay.timeout_seconds': {
      const drainSeconds = Number(Value);
      if (!Number.isInteger(drainSeconds) || drainSeconds < 0 || drainSeconds > DRAIN_SECONDS_MAX)
        throw invalid(`'${Value}' is not a number of seconds from 0 to ${DRAIN_SECONDS_MAX}`);
      return { ...group, drainSeconds };
    }
    case 'preserve_client_ip.enabled':
      return { ...group, preservesClientIp: Value === 'true' };
    default:
      throw invalid(`The simulated target group has no attribute '${Key}'`);
  }
}

function attributesOf({ drainSeconds, preservesClientIp }: TargetGroup) {
  return [
    { Key: 'deregistration_delay.timeout_seconds', Value: String(drainSeconds) },
    { Key: 'preserve_client_ip.enabled', Value: String(preservesClientIp) },
  ];
}

function shownGroup({ arn, name, port, vpcId, check }: TargetGroup, desk: Desk): object {
  const listeners = desk.truth(LISTENERS).all();
  const balancers = listeners.filter(({ groupArn }) => groupArn === arn).map(({ balancerArn }) => balancerArn);
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Protocol: 'TCP',
    Port: port,
    VpcId: vpcId,
    TargetType: 'instance',
    HealthCheckProtocol: 'TCP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthyThresholdCount: check.healthyAfter,
    UnhealthyThresholdCount: check.unhealthyAfter,
    LoadBalancerArns: [...new Set(balancers)],
    IpAddressType: 'ipv4',
  };
}
