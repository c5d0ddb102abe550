import {
  AddTagsCommand,
  CreateLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RemoveTagsCommand,
  SetSecurityGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { balancerName } from '#providers/aws/elb/elb-names.ts';
import { conditionOf } from '#providers/aws/elb/load-balancer.ts';
import { MEAN_WEATHER, MILD_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { declaringBalancer } from '../support/declared-balancer.ts';
import { UID, ZONES } from '../support/declared-cluster.ts';

const PLAIN = declaringBalancer({ isNamed: false });

async function balancerIn(stand: CloudStand) {
  const { LoadBalancers = [] } = await stand.run(stand.services.elb.send(new DescribeLoadBalancersCommand({})));
  const [found] = LoadBalancers;
  if (found?.LoadBalancerArn === undefined || LoadBalancers.length > 1)
    throw new RangeError('There is not one balancer.');
  return { ...found, arn: found.LoadBalancerArn };
}

async function groupsIn(stand: CloudStand) {
  const { TargetGroups = [] } = await stand.run(stand.services.elb.send(new DescribeTargetGroupsCommand({})));
  return TargetGroups;
}

async function targetsIn(stand: CloudStand): Promise<readonly string[]> {
  const [group] = await groupsIn(stand);
  const request = new DescribeTargetHealthCommand({ TargetGroupArn: group?.TargetGroupArn });
  const { TargetHealthDescriptions = [] } = await stand.run(stand.services.elb.send(request));
  return TargetHealthDescriptions.map(({ Target }) => `${Target?.Id}:${Target?.Port}`).toSorted();
}

async function machineIds(stand: CloudStand): Promise<readonly string[]> {
  return (await stand.machines()).map(({ InstanceId = '' }) => InstanceId).toSorted();
}

function elbChanges(changes: readonly string[]): readonly string[] {
  return changes.filter((operation) => operation.startsWith('elb.')).toSorted();
}

describe('a load balancer', () => {
  test('stands in every zone, is open on each port and leads to the machines of each', async () => {
    const stand = await CloudStand.open();
    const declared = declaringBalancer({ behind: { api: 1, http: 2, https: 2 }, isNamed: false });
    expect(await stand.apply(declared)).toMatchObject({ failed: [], ok: true });
    const balancer = await balancerIn(stand);
    expect(balancer).toMatchObject({
      LoadBalancerName: balancerName(UID),
      Type: 'network',
      Scheme: 'internet-facing',
      State: { Code: 'active' },
    });
    expect(balancer.AvailabilityZones?.map(({ ZoneName }) => ZoneName).toSorted()).toEqual(ZONES);
    const asking = new DescribeListenersCommand({ LoadBalancerArn: balancer.arn });
    const { Listeners = [] } = await stand.run(stand.services.elb.send(asking));
    expect(Listeners.map(({ Port }) => Port).toSorted((left = 0, right = 0) => left - right)).toEqual([80, 443, 6_443]);
    const groups = await groupsIn(stand);
    expect(groups).toHaveLength(3);
    expect(
      groups.map(({ HealthCheckIntervalSeconds, LoadBalancerArns }) => [HealthCheckIntervalSeconds, LoadBalancerArns]),
    ).toEqual(groups.map(() => [10, [balancer.arn]]));
    expect(await stand.plan(declared)).toEqual([]);
  });

  test('keeps no machine waiting: they stand before it does', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const ends = stand.events.flatMap((event) => (event.type === 'change-finished' ? [String(event.address)] : []));
    expect(ends.indexOf('eu-west-3.machine.worker-1')).toBeGreaterThanOrEqual(0);
    expect(ends.indexOf('eu-west-3.machine.worker-1')).toBeLessThan(ends.indexOf('eu-west-3.balancer'));
  });

  test('has names that a load balancer may have, the same at every attempt and others for other clusters', () => {
    expect(balancerName(UID, 'https')).toMatch(/^bootstrap-[a-z0-9]{14}-https$/);
    expect(balancerName(UID, 'https').length).toBeLessThanOrEqual(32);
    expect(balancerName(UID)).toBe(balancerName(UID));
  });

  test.each([
    ['ready', 'active'],
    ['ready', 'active_impaired'],
    ['pending', 'provisioning'],
    ['broken', 'failed'],
  ] as const)('is %s when it is %s', (condition, Code) => {
    expect(conditionOf({ Code, Reason: 'no room' }).is).toBe(condition);
  });

  test('moves to other zones and behind other firewalls without being replaced', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const before = await balancerIn(stand);
    const declared = declaringBalancer({
      zones: ZONES.slice(0, 2),
      firewalls: ['balancer', 'visitors'],
      isNamed: false,
    });
    const changes = await stand.changesDuring(() => stand.apply(declared));
    expect(elbChanges(changes)).toEqual(['elb.SetSecurityGroups', 'elb.SetSubnets']);
    const after = await balancerIn(stand);
    expect(after.arn).toBe(before.arn);
    expect(after.AvailabilityZones).toHaveLength(2);
    expect(after.SecurityGroups).toHaveLength(2);
    expect(await stand.plan(declared)).toEqual([]);
  });

  test('is put behind its own firewalls again when somebody has changed them by hand', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const { arn, SecurityGroups } = await balancerIn(stand);
    const other = (await stand.machines())[0]?.SecurityGroups?.[0]?.GroupId ?? '';
    const byHand = new SetSecurityGroupsCommand({ LoadBalancerArn: arn, SecurityGroups: [other] });
    await stand.run(stand.services.elb.send(byHand));
    expect(await stand.plan(PLAIN)).toEqual([
      'update eu-west-3.balancer: securityGroupIds changed outside of this program',
    ]);
    expect(await stand.apply(PLAIN)).toMatchObject({ failed: [] });
    expect((await balancerIn(stand)).SecurityGroups).toEqual(SecurityGroups);
  });

  test('of the same name that is not ours is neither taken nor touched', async () => {
    const stand = await CloudStand.open();
    await stand.apply(declaringBalancer({ behind: {}, isNamed: false, machines: 0 }));
    const { arn } = await balancerIn(stand);
    const TagKeys = ['bootstrap:cluster', 'bootstrap:instance'];
    await stand.run(stand.services.elb.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys })));
    const { failed } = await stand.delete();
    expect(failed.map(({ code, address }) => `${code} ${address}`)).toContain('resource.foreign eu-west-3.balancer');
    expect((await balancerIn(stand)).arn).toBe(arn);
  });

  test('of another cluster is in the way of ours, and stays', async () => {
    const stand = await CloudStand.open();
    await stand.apply(declaringBalancer({ behind: {}, isNamed: false, machines: 0 }));
    const { arn, LoadBalancerName, AvailabilityZones = [], SecurityGroups } = await balancerIn(stand);
    const Tags = [{ Key: 'bootstrap:cluster', Value: 'othercluster' }];
    await stand.run(stand.services.elb.send(new AddTagsCommand({ ResourceArns: [arn], Tags })));
    const Subnets = AvailabilityZones.map(({ SubnetId = '' }) => SubnetId);
    const again = { Name: LoadBalancerName, Type: 'network', Subnets, SecurityGroups, Tags } as const;
    await expect(stand.run(stand.services.elb.send(new CreateLoadBalancerCommand(again)))).rejects.toThrow(
      'exists, but with different settings',
    );
    const { failed } = await stand.delete();
    expect(failed.map(({ code }) => code)).toContain('resource.foreign');
    expect((await balancerIn(stand)).arn).toBe(arn);
  });

  test('goes with all that belongs to it, and its network once its interfaces have gone', async () => {
    const stand = await CloudStand.open();
    await stand.apply(declaringBalancer({ behind: { api: 2, http: 2 } }));
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await stand.walk()).toEqual([]);
    const waits = stand.events.flatMap((event) => (event.type === 'waiting' ? [event.waitingFor] : []));
    expect(waits.some((words) => words.startsWith('DependencyViolation'))).toBe(true);
  });
});

describe('a target group', () => {
  test('lets targets see who asks, and lets those that leave end what they began', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const [{ TargetGroupArn } = {}] = await groupsIn(stand);
    const read = async () => {
      const asking = new DescribeTargetGroupAttributesCommand({ TargetGroupArn });
      return (await stand.run(stand.services.elb.send(asking))).Attributes;
    };
    const usual = [
      { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
      { Key: 'preserve_client_ip.enabled', Value: 'true' },
    ];
    expect(await read()).toEqual(usual);
    const Attributes = [{ Key: 'preserve_client_ip.enabled', Value: 'false' }];
    await stand.run(stand.services.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes })));
    expect(await stand.plan(PLAIN)).toEqual([
      'update eu-west-3.balancer.api: preservesClientAddress changed outside of this program',
    ]);
    await stand.apply(PLAIN);
    expect(await read()).toEqual(usual);
  });

  test('bears its mark from its first moment on, like everything that is balanced', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const { arn } = await balancerIn(stand);
    const { Listeners = [] } = await stand.run(
      stand.services.elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn })),
    );
    const [group] = await groupsIn(stand);
    const ResourceArns = [arn, group?.TargetGroupArn ?? '', Listeners[0]?.ListenerArn ?? ''];
    const { TagDescriptions = [] } = await stand.run(
      stand.services.elb.send(new DescribeTagsCommand({ ResourceArns })),
    );
    const marks = TagDescriptions.map(({ Tags = [] }) => Tags.map(({ Key }) => Key));
    expect(marks).toEqual(ResourceArns.map(() => ['bootstrap:cluster', 'bootstrap:instance', 'Name']));
    expect(elbChanges(stand.changes)).not.toContain('elb.AddTags');
  });
});

describe('a machine behind a load balancer', () => {
  test('is registered once in each group, whatever its health', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    expect(await targetsIn(stand)).toEqual((await machineIds(stand)).map((id) => `${id}:6443`));
    expect(elbChanges(stand.changes).filter((operation) => operation === 'elb.RegisterTargets')).toHaveLength(2);
    await stand.clock.advance(60_000);
    expect(await stand.plan(PLAIN)).toEqual([]);
  });

  test('ends what it has begun before it goes', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const fewer = declaringBalancer({ machines: 1, isNamed: false });
    const changes = await stand.changesDuring(() => stand.apply(fewer));
    expect(changes.indexOf('elb.DeregisterTargets')).toBeLessThan(changes.indexOf('ec2.TerminateInstances'));
    const waits = stand.events.flatMap((event) => (event.type === 'waiting' ? [event.waitingFor] : []));
    expect(waits).toContain('it to be gone');
    expect(await targetsIn(stand)).toHaveLength(1);
    expect(await stand.plan(fewer)).toEqual([]);
  });

  test('is followed by its successor when it is gone', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PLAIN);
    const [InstanceId = ''] = await machineIds(stand);
    await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })));
    await stand.clock.advance(60_000);
    expect(await stand.apply(PLAIN)).toMatchObject({ ok: true });
    const ids = await machineIds(stand);
    expect(ids).not.toContain(InstanceId);
    expect(await targetsIn(stand)).toEqual(ids.map((id) => `${id}:6443`));
    expect(await stand.plan(PLAIN)).toEqual([]);
  });
});

test.each<[string, Weather, number]>([
  ['mild', MILD_WEATHER, 1],
  ['mild', MILD_WEATHER, 2],
  ['mean', { ...MEAN_WEATHER, machines: MILD_WEATHER.machines }, 1],
  ['mean', { ...MEAN_WEATHER, machines: MILD_WEATHER.machines }, 2],
  ['mean', { ...MEAN_WEATHER, machines: MILD_WEATHER.machines }, 3],
])(
  'in %s weather everything is made once, changed and taken away (%#)',
  async (_name, weather, seed) => {
    const stand = await CloudStand.open({ seed, weather });
    const declared = declaringBalancer({ behind: { api: 2, http: 2 } });
    expect(await stand.apply(declared)).toMatchObject({ failed: [] });
    const elb = ['listener', 'load-balancer', 'target', 'target-group'];
    const balanced = async (): Promise<readonly string[]> => (await stand.walk()).filter((kind) => elb.includes(kind));
    const four = ['target', 'target', 'target', 'target'];
    expect(await balanced()).toEqual([
      'listener',
      'listener',
      'load-balancer',
      ...four,
      'target-group',
      'target-group',
    ]);
    const fewer = declaringBalancer({ behind: { api: 1 } });
    expect(await stand.apply(fewer)).toMatchObject({ failed: [] });
    expect(await balanced()).toEqual(['listener', 'load-balancer', 'target', 'target-group']);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await stand.walk()).toEqual([]);
  },
  30_000,
);
