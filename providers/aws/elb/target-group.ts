import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
  type TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { retagBalanced, tagsOf } from './elb-tags.ts';
import { markedTargetGroups } from './marked-balancers.ts';

const Inputs = z.strictObject({
  name: z.string().max(32),
  vpcId: z.string(),
  port: z.int().min(1).max(65_535),
  ...TAGS,
});

const Check = z.strictObject({ intervalSeconds: z.int(), healthyAfter: z.int(), unhealthyAfter: z.int() });

const Outputs = z.strictObject({
  arn: z.string(),
  check: Check,
  /** How long the connections of a target that leaves may last. */
  drainSeconds: z.int(),
  /** Whether targets see who asks, not the load balancer. */
  preservesClientAddress: z.boolean(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/** A machine that does not answer is out after twenty seconds, and in again as fast. */
const CHECK = { intervalSeconds: 10, healthyAfter: 2, unhealthyAfter: 2 };
/** No longer than it takes to answer what was asked: whoever takes a machine away waits for it. */
const WANTED = { check: CHECK, drainSeconds: 30, preservesClientAddress: true };

const DRAIN_SECONDS = 'deregistration_delay.timeout_seconds';
const PRESERVES = 'preserve_client_ip.enabled';

/** Machines that one port of a load balancer leads to, on the same port. */
export const targetGroup = tagged(retagBalanced, {
  kind: 'aws.elb.target-group',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name', 'vpcId', 'port'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['arn'],
  idOf: ({ arn }) => arn,

  async observe(aws, context, { inputs: { name } }) {
    const request = new DescribeTargetGroupsCommand({ Names: [name] });
    const answer = await unlessAbsent(aws.elb.read(context, 'look at the target group', request));
    const found = answer?.TargetGroups?.[0];
    if (found === undefined) return ABSENT;
    const arn = answered(found.TargetGroupArn, 'TargetGroupArn');
    const asking = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
    const [tags, attributes] = await Promise.all([
      tagsOf(aws, context, arn),
      unlessAbsent(aws.elb.read(context, 'read the attributes of the target group', asking)),
    ]);
    return attributes === undefined ? ABSENT : present(outputsOf(found, attributes.Attributes), tags);
  },

  async create({ elb }, context, { name: Name, vpcId: VpcId, port: Port }) {
    const request = new CreateTargetGroupCommand({
      Name,
      VpcId,
      Port,
      Protocol: 'TCP',
      TargetType: 'instance',
      HealthCheckProtocol: 'TCP',
      HealthCheckPort: 'traffic-port',
      ...checkRequest(),
      Tags: ownerTags(context),
    });
    const { TargetGroups } = await elb.mutate(context, 'create the target group', request);
    return outputsOf(answered(TargetGroups?.[0], 'TargetGroups'), AS_CREATED);
  },

  async sync({ elb }, context, _inputs, observed) {
    const { arn: TargetGroupArn, check, tags: _tags, ...attributes } = observed;
    const { check: wantedCheck, ...wanted } = WANTED;
    if (!sameValue(check, wantedCheck)) {
      const request = new ModifyTargetGroupCommand({ TargetGroupArn, ...checkRequest() });
      await elb.mutate(context, 'set how machines are checked', request);
    }
    if (!sameValue(attributes, wanted)) {
      const Attributes = [
        { Key: DRAIN_SECONDS, Value: String(WANTED.drainSeconds) },
        { Key: PRESERVES, Value: String(WANTED.preservesClientAddress) },
      ];
      const request = new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes });
      await elb.mutate(context, 'set how machines are served', request);
    }
    return { arn: TargetGroupArn, ...WANTED };
  },

  async destroy({ elb }, context, { arn: TargetGroupArn }) {
    await elb.remove(context, 'delete the target group', new DeleteTargetGroupCommand({ TargetGroupArn }));
  },

  async list(aws, context) {
    const found = await markedTargetGroups(aws, context);
    return found.map(({ owner, item }) => ({ owner, outputs: outputsOf(item, AS_CREATED) }));
  },
});

const AS_CREATED: readonly TargetGroupAttribute[] = [
  { Key: DRAIN_SECONDS, Value: '300' },
  { Key: PRESERVES, Value: 'true' },
];

function checkRequest() {
  return {
    HealthCheckIntervalSeconds: CHECK.intervalSeconds,
    HealthyThresholdCount: CHECK.healthyAfter,
    UnhealthyThresholdCount: CHECK.unhealthyAfter,
  };
}

function outputsOf(found: TargetGroup, attributes: readonly TargetGroupAttribute[] = []): Outputs {
  const valueOf = (key: string): string => answered(attributes.find(({ Key }) => Key === key)?.Value, key);
  return {
    arn: answered(found.TargetGroupArn, 'TargetGroupArn'),
    check: {
      intervalSeconds: answered(found.HealthCheckIntervalSeconds, 'HealthCheckIntervalSeconds'),
      healthyAfter: answered(found.HealthyThresholdCount, 'HealthyThresholdCount'),
      unhealthyAfter: answered(found.UnhealthyThresholdCount, 'UnhealthyThresholdCount'),
    },
    drainSeconds: Number(valueOf(DRAIN_SECONDS)),
    preservesClientAddress: valueOf(PRESERVES) === 'true',
  };
}
