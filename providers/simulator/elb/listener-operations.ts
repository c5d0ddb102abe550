import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import {
  type Listener,
  LISTENERS,
  LOAD_BALANCERS,
  missingBalancer,
  missingGroup,
  missingListener,
  mustSee,
  newArn,
  TARGET_GROUPS,
} from './elb-objects.ts';
import { CHANGING_MS, chosen, LISTING, tagsFrom, WrittenTags } from './elb-request.ts';

const DefaultActions = z.array(z.strictObject({ Type: z.literal('forward'), TargetGroupArn: z.string() })).length(1);

const createListener = defineOperation({
  name: 'CreateListener',
  input: z.strictObject({
    LoadBalancerArn: z.string(),
    Protocol: z.literal('TCP'),
    Port: z.int().min(1).max(65_535),
    DefaultActions,
    Tags: WrittenTags.optional(),
  }),
  latencyMs: CHANGING_MS,
  run: ({ LoadBalancerArn: balancerArn, Port: port, DefaultActions: [action], Tags }, desk) => {
    const balancer = mustSee(desk, LOAD_BALANCERS, { arn: balancerArn, missing: missingBalancer });
    const groupArn = groupFor(action?.TargetGroupArn ?? '', { balancerArn, vpcId: balancer.vpcId }, desk);
    const settings = { balancerArn, port, groupArn, tags: tagsFrom(Tags) };
    const known = desk.truth(LISTENERS).find((one) => one.balancerArn === balancerArn && one.port === port);
    if (known !== undefined) {
      const { arn: _arn, ...before } = known;
      if (canonicalJson(before) === canonicalJson(settings)) return { Listeners: [shownListener(known)] };
      throw fault(
        'DuplicateListenerException',
        `A listener already exists on this port for this load balancer '${balancerArn}'`,
      );
    }
    const listener: Listener = { arn: newArn(desk, listenerPath(balancerArn)), ...settings };
    desk.put(LISTENERS, listener.arn, listener);
    return { Listeners: [shownListener(listener)] };
  },
});

const describeListeners = defineOperation({
  name: 'DescribeListeners',
  input: z.strictObject({ LoadBalancerArn: z.string(), ...LISTING }),
  run: ({ LoadBalancerArn: arn, ...asked }, desk) => {
    if (desk.view(LOAD_BALANCERS).get(arn) === undefined) throw missingBalancer();
    const own = desk
      .view(LISTENERS)
      .all()
      .filter(({ balancerArn }) => balancerArn === arn);
    const { items, NextMarker } = chosen(desk, own, { asked });
    return { Listeners: items.map(shownListener), NextMarker };
  },
});

const modifyListener = defineOperation({
  name: 'ModifyListener',
  input: z.strictObject({ ListenerArn: z.string(), DefaultActions }),
  latencyMs: CHANGING_MS,
  run: ({ ListenerArn: arn, DefaultActions: [action] }, desk) => {
    const listener = mustSee(desk, LISTENERS, { arn, missing: missingListener });
    const { balancerArn } = listener;
    const vpcId = desk.truth(LOAD_BALANCERS).get(balancerArn)?.vpcId ?? '';
    const changed = { ...listener, groupArn: groupFor(action?.TargetGroupArn ?? '', { balancerArn, vpcId }, desk) };
    desk.put(LISTENERS, arn, changed);
    return { Listeners: [shownListener(changed)] };
  },
});

const deleteListener = defineOperation({
  name: 'DeleteListener',
  input: z.strictObject({ ListenerArn: z.string() }),
  latencyMs: CHANGING_MS,
  run: ({ ListenerArn: arn }, desk) => {
    mustSee(desk, LISTENERS, { arn, missing: missingListener });
    desk.remove(LISTENERS, arn);
    return {};
  },
});

export const LISTENER_OPERATIONS = [createListener, describeListeners, modifyListener, deleteListener] as const;

interface Place {
  readonly balancerArn: string;
  readonly vpcId: string;
}

/** A group serves one load balancer, in its own network. */
function groupFor(arn: string, { balancerArn, vpcId }: Place, desk: Desk): string {
  const group = mustSee(desk, TARGET_GROUPS, { arn, missing: missingGroup });
  if (group.vpcId !== vpcId)
    throw fault(
      'InvalidConfigurationRequestException',
      `The target group '${arn}' is not in the VPC of the load balancer`,
    );
  const other = desk.truth(LISTENERS).find((one) => one.groupArn === arn && one.balancerArn !== balancerArn);
  if (other === undefined) return arn;
  throw fault(
    'TargetGroupAssociationLimitException',
    `The target group '${arn}' is associated with another load balancer`,
  );
}

function listenerPath(balancerArn: string): string {
  return balancerArn.replace(/^.*:loadbalancer\//, 'listener/');
}

function shownListener({ arn, balancerArn, port, groupArn }: Listener): object {
  return {
    ListenerArn: arn,
    LoadBalancerArn: balancerArn,
    Port: port,
    Protocol: 'TCP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn }],
  };
}
