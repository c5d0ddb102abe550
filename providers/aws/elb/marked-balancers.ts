import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  type Listener,
  type LoadBalancer,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListContext, Owner } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import { unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { ownerOf } from '../tags.ts';
import { tagsOfAll } from './elb-tags.ts';

type Elb = Pick<AwsSession, 'elb'>;

export interface Marked<Item> {
  readonly owner: Owner;
  readonly arn: string;
  readonly item: Item;
}

export async function markedBalancers(aws: Elb, context: ListContext): Promise<readonly Marked<LoadBalancer>[]> {
  const all = await everyPage(async (Marker) => {
    const page = await aws.elb.read(context, 'list the load balancers', new DescribeLoadBalancersCommand({ Marker }));
    return { items: page.LoadBalancers ?? [], next: page.NextMarker };
  });
  return markedAmong(aws, context, all, ({ LoadBalancerArn }) => LoadBalancerArn);
}

export async function markedTargetGroups(aws: Elb, context: ListContext): Promise<readonly Marked<TargetGroup>[]> {
  const all = await everyPage(async (Marker) => {
    const page = await aws.elb.read(context, 'list the target groups', new DescribeTargetGroupsCommand({ Marker }));
    return { items: page.TargetGroups ?? [], next: page.NextMarker };
  });
  return markedAmong(aws, context, all, ({ TargetGroupArn }) => TargetGroupArn);
}

/** There are none but at load balancers of ours. */
export async function markedListeners(aws: Elb, context: ListContext): Promise<readonly Marked<Listener>[]> {
  const balancers = await markedBalancers(aws, context);
  const found = await Promise.all(balancers.map(({ arn }) => listenersOf(aws, context, arn)));
  return markedAmong(aws, context, found.flat(), ({ ListenerArn }) => ListenerArn);
}

/** None where the load balancer is gone. */
export async function listenersOf(
  { elb }: Elb,
  context: Pick<ListContext, 'read'>,
  LoadBalancerArn: string,
): Promise<readonly Listener[]> {
  const all = everyPage(async (Marker) => {
    const request = new DescribeListenersCommand({ LoadBalancerArn, Marker });
    const page = await elb.read(context, 'list the listeners', request);
    return { items: page.Listeners ?? [], next: page.NextMarker };
  });
  return (await unlessAbsent(all)) ?? [];
}

/** For the proof of zero. */
export async function markedElbObjects(aws: Elb, context: ListContext): Promise<readonly MarkedObject[]> {
  const [balancers, groups, listeners] = await Promise.all([
    markedBalancers(aws, context),
    markedTargetGroups(aws, context),
    markedListeners(aws, context),
  ]);
  return [
    ...balancers.map(({ arn: id }) => ({ kind: 'aws.elb.load-balancer', id })),
    ...groups.map(({ arn: id }) => ({ kind: 'aws.elb.target-group', id })),
    ...listeners.map(({ arn: id }) => ({ kind: 'aws.elb.listener', id })),
  ];
}

async function markedAmong<Item>(
  aws: Elb,
  context: ListContext,
  items: readonly Item[],
  arnOf: (item: Item) => string | undefined,
): Promise<readonly Marked<Item>[]> {
  const byArn = new Map(items.map((item) => [arnOf(item) ?? '', item]));
  const tags = await tagsOfAll(aws, context, [...byArn.keys()]);
  return [...byArn].flatMap(([arn, item]) => {
    const owner = ownerOf(tags.get(arn));
    return owner?.cluster === context.cluster ? [{ owner, arn, item }] : [];
  });
}
