import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { BalancedNetwork } from '../support/balanced-network.ts';
import { refusalOf } from '../support/sdk-account.ts';

function register(place: BalancedNetwork, TargetGroupArn: string, ...ids: string[]) {
  return place.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) }));
}

function deregister(place: BalancedNetwork, TargetGroupArn: string, ...ids: string[]) {
  return place.elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) }));
}

async function served(): Promise<{ readonly place: BalancedNetwork; readonly group: string; readonly id: string }> {
  const place = await BalancedNetwork.open();
  const group = await place.makeGroup();
  const { arn } = await place.makeBalancer();
  await place.listen(arn, group);
  return { place, group, id: await place.launch() };
}

test('ELB-16: the same target group again is the same; with other settings it is DuplicateTargetGroupName', async () => {
  const place = await BalancedNetwork.open();
  const arn = await place.makeGroup();
  expect(await place.makeGroup()).toBe(arn);
  expect(await refusalOf(place.makeGroup({ Port: 443 }))).toBe('DuplicateTargetGroupNameException 400');
  expect(await refusalOf(place.makeGroup({ HealthCheckIntervalSeconds: 10 }))).toBe(
    'DuplicateTargetGroupNameException 400',
  );
});

test('ELB-17: a target group checks every 30 seconds and drains for 300, unless it is told otherwise', async () => {
  const place = await BalancedNetwork.open();
  const TargetGroupArn = await place.makeGroup();
  const { TargetGroups } = await place.elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }));
  expect(TargetGroups?.[0]).toMatchObject({
    HealthCheckIntervalSeconds: 30,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
  });
  const read = async () => {
    const answer = await place.elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
    return answer.Attributes?.map(({ Key, Value }) => `${Key} ${Value}`);
  };
  expect(await read()).toEqual(['deregistration_delay.timeout_seconds 300', 'preserve_client_ip.enabled true']);
  await place.elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 10 }));
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '15' }];
  await place.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  expect(await read()).toEqual(['deregistration_delay.timeout_seconds 15', 'preserve_client_ip.enabled true']);
  const wrong = [{ Key: 'deregistration_delay.timeout_seconds', Value: '4000' }];
  const asking = new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: wrong });
  expect(await refusalOf(place.elb.send(asking))).toBe('ValidationError 400');
});

test('ELB-18: a target group that a listener leads to is ResourceInUse; deleting one that is gone succeeds', async () => {
  const { place, group } = await served();
  const remove = () => place.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
  expect(await refusalOf(remove())).toBe('ResourceInUseException 400');
  const { LoadBalancerArns } = (await place.elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.[0] ?? {};
  await place.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: LoadBalancerArns?.[0] }));
  await remove();
  await remove();
});

test('ELB-19: a network that is not there is a ValidationError that says so', async () => {
  const place = await BalancedNetwork.open();
  await expect(place.makeGroup({ VpcId: 'vpc-00000000000000000' })).rejects.toThrow(
    "The VPC ID 'vpc-00000000000000000' is not found",
  );
});

test('ELB-20: a port has one listener: the same again is the same, another is DuplicateListener', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer();
  const [one, other] = [await place.makeGroup(), await place.makeGroup({ Name: 'other' })];
  const listener = await place.listen(arn, one);
  expect(await place.listen(arn, one)).toBe(listener);
  expect(await refusalOf(place.listen(arn, other))).toBe('DuplicateListenerException 400');
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: other }];
  await place.elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions }));
  const { Listeners } = await place.elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn }));
  expect(Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn).toBe(other);
  await place.elb.send(new DeleteListenerCommand({ ListenerArn: listener }));
  expect(await refusalOf(place.elb.send(new DeleteListenerCommand({ ListenerArn: listener })))).toBe(
    'ListenerNotFoundException 400',
  );
});

test('ELB-21: a target group serves one load balancer', async () => {
  const place = await BalancedNetwork.open();
  const group = await place.makeGroup();
  const [one, other] = [await place.makeBalancer(), await place.makeBalancer({ Name: 'other' })];
  await place.listen(one.arn, group);
  expect(await refusalOf(place.listen(other.arn, group))).toBe('TargetGroupAssociationLimitException 400');
});

test('ELB-22: only instances that run are registered: else InvalidTarget, and none of the request is', async () => {
  const { place, group, id } = await served();
  const young = await place.launch({ isRunning: false });
  expect(await refusalOf(register(place, group, id, young))).toBe('InvalidTargetException 400');
  expect(await place.healthIn(group)).toEqual([]);
  await place.pass(30_000);
  await register(place, group, id, young);
  expect(await place.healthIn(group)).toHaveLength(2);
});

test('ELB-23: registering what is registered changes nothing', async () => {
  const { place, group, id } = await served();
  await register(place, group, id);
  await register(place, group, id);
  expect(await place.healthIn(group)).toEqual([`${id}: initial`]);
});

test('ELB-24: a target is initial, and unhealthy once it was checked: nothing listens on a simulated machine', async () => {
  const { place, group, id } = await served();
  await register(place, group, id);
  await place.pass(59_000);
  expect(await place.healthIn(group)).toEqual([`${id}: initial`]);
  await place.pass(2_000);
  expect(await place.healthIn(group)).toEqual([`${id}: unhealthy`]);
});

test('ELB-25: a target that leaves drains as long as its group says, and is taken back when it is registered again', async () => {
  const { place, group, id } = await served();
  await register(place, group, id);
  await deregister(place, group, id);
  await place.pass(200_000);
  expect(await place.healthIn(group)).toEqual([`${id}: draining`]);
  await register(place, group, id);
  expect(await place.healthIn(group)).toEqual([`${id}: initial`]);
  await deregister(place, group, id);
  await place.pass(301_000);
  expect(await place.healthIn(group)).toEqual([]);
});

test('ELB-26: where no listener leads, a target is unused, and leaves at once', async () => {
  const place = await BalancedNetwork.open();
  const [group, id] = [await place.makeGroup(), await place.launch()];
  await register(place, group, id);
  expect(await place.healthIn(group)).toEqual([`${id}: unused`]);
  await deregister(place, group, id);
  expect(await place.healthIn(group)).toEqual([]);
});

test('ELB-27: deregistering what is not registered succeeds; a group that is not there is TargetGroupNotFound', async () => {
  const { place, group, id } = await served();
  await deregister(place, group, id);
  expect(await refusalOf(deregister(place, `${group}0`, id))).toBe('TargetGroupNotFoundException 400');
  expect(await refusalOf(place.healthIn(`${group}0`))).toBe('TargetGroupNotFoundException 400');
});

test('ELB-28: a target that is terminated is unused until it is deregistered', async () => {
  const { place, group, id } = await served();
  await register(place, group, id);
  await place.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect(await place.healthIn(group)).toEqual([`${id}: unused`]);
  await deregister(place, group, id);
  expect(await place.healthIn(group)).toEqual([]);
});
