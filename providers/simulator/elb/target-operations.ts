import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { INSTANCES, isThere } from '../ec2/instance.ts';
import { stateAt } from '../machine-life.ts';
import { defineOperation } from '../operation.ts';
import {
  isRegistered,
  LISTENERS,
  missingGroup,
  mustSee,
  type Target,
  TARGET_GROUPS,
  type TargetGroup,
  targetId,
  TARGETS,
} from './elb-objects.ts';
import { CHANGING_MS } from './elb-request.ts';

const Targets = z.array(z.strictObject({ Id: z.string(), Port: z.int().optional() })).min(1);

/** Registering what is registered changes nothing; what drains is taken back. */
const registerTargets = defineOperation({
  name: 'RegisterTargets',
  input: z.strictObject({ TargetGroupArn: z.string(), Targets }),
  latencyMs: CHANGING_MS,
  run: ({ TargetGroupArn: arn, Targets: asked }, desk) => {
    const group = mustSee(desk, TARGET_GROUPS, { arn, missing: missingGroup });
    const unfit = asked.filter(({ Id }) => !isFit(Id, group, desk)).map(({ Id }) => `'${Id}'`);
    if (unfit.length > 0) {
      const message = `The following targets are not in a running state and cannot be registered: ${unfit.join(', ')}`;
      throw fault('InvalidTargetException', message);
    }
    for (const { Id: instanceId, Port: port = group.port } of asked) {
      const id = targetId(arn, instanceId);
      const known = desk.truth(TARGETS).get(id);
      if (known !== undefined && known.drainsUntilMs === undefined) continue;
      desk.put(TARGETS, id, { groupArn: arn, instanceId, port, registeredAtMs: desk.nowMs, tags: {} });
    }
    return {};
  },
});

/** What is not registered is no fault. */
const deregisterTargets = defineOperation({
  name: 'DeregisterTargets',
  input: z.strictObject({ TargetGroupArn: z.string(), Targets }),
  latencyMs: CHANGING_MS,
  run: ({ TargetGroupArn: arn, Targets: asked }, desk) => {
    const group = mustSee(desk, TARGET_GROUPS, { arn, missing: missingGroup });
    for (const { Id } of asked) {
      const id = targetId(arn, Id);
      const known = desk.truth(TARGETS).get(id);
      if (known === undefined || known.drainsUntilMs !== undefined) continue;
      if (!isServed(arn, desk) || !runs(Id, desk)) desk.remove(TARGETS, id);
      else desk.put(TARGETS, id, { ...known, drainsUntilMs: desk.nowMs + group.drainSeconds * 1_000 });
    }
    return {};
  },
});

const describeTargetHealth = defineOperation({
  name: 'DescribeTargetHealth',
  input: z.strictObject({ TargetGroupArn: z.string() }),
  run: ({ TargetGroupArn: arn }, desk) => {
    const group = desk.view(TARGET_GROUPS).get(arn);
    if (group === undefined) throw missingGroup();
    const own = desk
      .view(TARGETS)
      .all()
      .filter((target) => target.groupArn === arn && isRegistered(target, desk.nowMs));
    return {
      TargetHealthDescriptions: own.map((target) => ({
        Target: { Id: target.instanceId, Port: target.port },
        HealthCheckPort: String(target.port),
        TargetHealth: healthOf(target, group, desk),
      })),
    };
  },
});

export const TARGET_OPERATIONS = [registerTargets, deregisterTargets, describeTargetHealth] as const;

function isFit(instanceId: string, { vpcId }: TargetGroup, desk: Desk): boolean {
  return desk.view(INSTANCES).get(instanceId)?.vpcId === vpcId && runs(instanceId, desk);
}

function runs(instanceId: string, desk: Desk): boolean {
  const instance = desk.truth(INSTANCES).get(instanceId);
  return instance !== undefined && isThere(instance, desk.nowMs) && stateAt(instance, desk.nowMs) === 'running';
}

function isServed(groupArn: string, desk: Desk): boolean {
  return desk.truth(LISTENERS).find((listener) => listener.groupArn === groupArn) !== undefined;
}

/** Nothing listens on a simulated machine: what is checked fails. */
function healthOf(target: Target, { arn, check }: TargetGroup, desk: Desk): object {
  if (target.drainsUntilMs !== undefined) return { State: 'draining', Reason: 'Target.DeregistrationInProgress' };
  if (!runs(target.instanceId, desk)) return { State: 'unused', Reason: 'Target.InvalidState' };
  if (!isServed(arn, desk)) return { State: 'unused', Reason: 'Target.NotInUse' };
  const checkedAtMs = target.registeredAtMs + check.intervalSeconds * check.unhealthyAfter * 1_000;
  if (desk.nowMs < checkedAtMs) return { State: 'initial', Reason: 'Elb.RegistrationInProgress' };
  return { State: 'unhealthy', Reason: 'Target.FailedHealthChecks' };
}
