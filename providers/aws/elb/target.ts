import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { pending } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const Inputs = z.strictObject({ groupArn: z.string(), instanceId: z.string(), port: z.int().min(1).max(65_535) });

const Outputs = Inputs.extend({
  /** As the load balancer sees it: `initial`, `healthy`, `unhealthy`, `unused`, … */
  health: z.string(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * A machine behind a port of a load balancer. It is ready when it is registered: whether it answers is shown, but what it
 * would answer with may itself wait for others. One that leaves may end what it has begun.
 */
export const target = defineResource<AwsSession>()({
  kind: 'aws.elb.target',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['groupArn', 'instanceId', 'port'],
  replaceOrder: 'create-first',
  stableOutputs: ['groupArn', 'instanceId', 'port'],
  ignoreDriftOf: ['health'],
  idOf: ({ groupArn, instanceId }) => `${instanceId} in ${groupArn}`,

  async observe({ targets }, context, { inputs: { groupArn, instanceId } }) {
    const found = await targets.find(context, groupArn, instanceId);
    if (found === undefined) return ABSENT;
    const { cluster, instanceId: own } = context;
    const owner = (await targets.isOurs(context, groupArn)) ? { cluster, instanceId: own } : undefined;
    const outputs = outputsOf(found, groupArn);
    const condition = outputs.health === 'draining' ? pending('its last connections to end') : READY;
    return { state: 'present', outputs, owner, condition };
  },

  async create({ elb }, context, { groupArn: TargetGroupArn, instanceId: Id, port: Port }) {
    const request = new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id, Port }] });
    await elb.mutate(context, 'put the machine behind the load balancer', request);
    return { groupArn: TargetGroupArn, instanceId: Id, port: Port, health: 'initial' };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ elb }, context, { groupArn: TargetGroupArn, instanceId: Id, port: Port }) {
    const request = new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id, Port }] });
    await elb.remove(context, 'take the machine from behind the load balancer', request);
  },
});

function outputsOf({ Target, TargetHealth }: TargetHealthDescription, groupArn: string): Outputs {
  return {
    groupArn,
    instanceId: answered(Target?.Id, 'Target.Id'),
    port: answered(Target?.Port, 'Target.Port'),
    health: TargetHealth?.State ?? 'unavailable',
  };
}
