import {
  AddTagsCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  RemoveTagsCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateSubnetCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { BalancedNetwork } from '../support/balanced-network.ts';
import { ALL_BEHIND, faultOf, refusalOf, REGION } from '../support/sdk-account.ts';

const Tags = [{ Key: 'owner', Value: 'us' }];

test('ELB-1: a load balancer is provisioning for a minute or more, and then active', async () => {
  const place = await BalancedNetwork.open();
  const made = await place.makeBalancer();
  expect(made.State?.Code).toBe('provisioning');
  const look = async () => (await place.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.[0];
  await place.pass(60_000);
  expect((await look())?.State?.Code).toBe('provisioning');
  await place.pass(120_000);
  expect(await look()).toMatchObject({ State: { Code: 'active' }, Type: 'network', VpcId: place.vpcId });
});

test('ELB-2: the same request again is answered with what the first one made', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer({ Tags });
  const again = await place.makeBalancer({ Tags, Subnets: place.subnetIds.toReversed() });
  expect(again.arn).toBe(arn);
});

test('ELB-3: another request of the same name is refused, and so are other tags', async () => {
  const place = await BalancedNetwork.open();
  await place.makeBalancer({ Tags });
  const refused = 'DuplicateLoadBalancerNameException 400';
  expect(await refusalOf(place.makeBalancer({ Tags, Scheme: 'internal' }))).toBe(refused);
  expect(await refusalOf(place.makeBalancer({ Tags, Subnets: place.subnetIds.slice(0, 1) }))).toBe(refused);
  expect(await refusalOf(place.makeBalancer())).toBe(refused);
});

test.each(['a'.repeat(33), '-begins', 'ends-', 'internal-one', 'under_score', ''])(
  'ELB-4: %j is no name for a load balancer',
  async (Name) => {
    const place = await BalancedNetwork.open();
    expect(await refusalOf(place.makeBalancer({ Name }))).toBe('ValidationError 400');
  },
);

test('ELB-5: a load balancer faces the internet only where the network has a gateway', async () => {
  const place = await BalancedNetwork.open({ hasGateway: false });
  expect(await faultOf(place.makeBalancer())).toMatchObject({
    name: 'InvalidSubnetException',
    message: `VPC ${place.vpcId} has no internet gateway`,
  });
  expect(await refusalOf(place.makeBalancer({ Subnets: ['subnet-00000000000000000'] }))).toBe(
    'SubnetNotFoundException 400',
  );
  expect(await refusalOf(place.makeBalancer({ SecurityGroups: ['sg-00000000000000000'] }))).toBe(
    'InvalidSecurityGroupException 400',
  );
  expect((await place.makeBalancer({ Scheme: 'internal' })).arn).not.toBe('');
});

test('ELB-6: a load balancer has a name in a zone of its region, and an interface in each of its zones', async () => {
  const place = await BalancedNetwork.open();
  const one = await place.makeBalancer();
  const other = await place.makeBalancer({ Name: 'other' });
  expect(one.DNSName).toMatch(/^balancer-[0-9a-f]{16}\.elb\.eu-west-3\.amazonaws\.com$/);
  expect(one.CanonicalHostedZoneId).toMatch(/^Z[0-9A-F]{13}$/);
  expect(other.CanonicalHostedZoneId).toBe(one.CanonicalHostedZoneId);
  expect(one.AvailabilityZones?.map(({ ZoneName, SubnetId }) => `${ZoneName} ${SubnetId}`)).toHaveLength(2);
});

test('ELB-7: tags are asked for by themselves, and added and removed by key', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer({ Tags });
  const read = async () => {
    const { TagDescriptions } = await place.elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
    return TagDescriptions?.[0]?.Tags;
  };
  expect(await read()).toEqual(Tags);
  await place.elb.send(new AddTagsCommand({ ResourceArns: [arn], Tags: [{ Key: 'more', Value: '1' }] }));
  await place.elb.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: ['owner'] }));
  expect(await read()).toEqual([{ Key: 'more', Value: '1' }]);
  const missing = new DescribeTagsCommand({ ResourceArns: [arn, `${arn}0`] });
  expect(await refusalOf(place.elb.send(missing))).toBe('LoadBalancerNotFoundException 400');
});

test('ELB-8: a load balancer that is asked for by name and is not there is LoadBalancerNotFound', async () => {
  const place = await BalancedNetwork.open();
  const asking = (...Names: string[]) => place.elb.send(new DescribeLoadBalancersCommand({ Names }));
  expect(await refusalOf(asking('balancer'))).toBe('LoadBalancerNotFoundException 400');
  await place.makeBalancer();
  expect((await asking('balancer')).LoadBalancers).toHaveLength(1);
  expect(await refusalOf(asking('balancer', 'other'))).toBe('LoadBalancerNotFoundException 400');
});

test('ELB-9: what was made a moment ago may not be found yet', async () => {
  const place = await BalancedNetwork.open();
  await place.pass(60_000);
  place.change(ALL_BEHIND);
  const { arn } = await place.makeBalancer();
  expect(await refusalOf(place.elb.send(new DescribeLoadBalancersCommand({ Names: ['balancer'] })))).toBe(
    'LoadBalancerNotFoundException 400',
  );
  expect(await refusalOf(place.elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn })))).toBe(
    'LoadBalancerNotFoundException 400',
  );
  await place.pass(15_000);
  expect((await place.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toHaveLength(1);
});

test('ELB-10: listings come in pages by marker', async () => {
  const place = await BalancedNetwork.open();
  for (const Name of ['one', 'two', 'three']) await place.makeBalancer({ Name });
  const seen: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await place.elb.send(new DescribeLoadBalancersCommand({ Marker, PageSize: 2 }));
    seen.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerName = '' }) => LoadBalancerName));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  expect(seen.toSorted()).toEqual(['one', 'three', 'two']);
});

test('ELB-11: zones and firewalls are set as a whole; without firewalls at first there are never any', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer();
  const [first = ''] = place.subnetIds;
  await place.elb.send(new SetSubnetsCommand({ LoadBalancerArn: arn, Subnets: [first] }));
  const { LoadBalancers = [] } = await place.elb.send(new DescribeLoadBalancersCommand({}));
  expect(LoadBalancers[0]?.AvailabilityZones?.map(({ SubnetId }) => SubnetId)).toEqual([first]);
  const open = await place.makeBalancer({ Name: 'open', SecurityGroups: [] });
  const closing = new SetSecurityGroupsCommand({ LoadBalancerArn: open.arn, SecurityGroups: [place.groupId] });
  expect(await refusalOf(place.elb.send(closing))).toBe('InvalidConfigurationRequestException 400');
});

test('ELB-12: a load balancer takes its listeners with it, and deleting it again succeeds', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer();
  await place.listen(arn, await place.makeGroup());
  await place.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
  await place.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
  const walked = await place.account.clock.run(place.account.account.walk());
  const kinds = walked.filter(({ isAlive }) => isAlive).map(({ kind }) => kind);
  expect(kinds).not.toContain('load-balancer');
  expect(kinds).not.toContain('listener');
});

test('ELB-13: its interfaces hold subnets, groups and gateway for minutes after it is gone', async () => {
  const place = await BalancedNetwork.open();
  const { arn } = await place.makeBalancer();
  await place.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
  const { InternetGateways } = await place.ec2.send(new DescribeInternetGatewaysCommand({}));
  const InternetGatewayId = InternetGateways?.[0]?.InternetGatewayId;
  const attempts = [
    () => place.ec2.send(new DeleteSubnetCommand({ SubnetId: place.subnetIds[0] })),
    () => place.ec2.send(new DeleteSecurityGroupCommand({ GroupId: place.groupId })),
    () => place.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId: place.vpcId })),
  ];
  for (const attempt of attempts) expect(await refusalOf(attempt())).toBe('DependencyViolation 400');
  await place.pass(25_000);
  expect(await refusalOf(place.ec2.send(new DeleteSubnetCommand({ SubnetId: place.subnetIds[0] })))).toBe(
    'DependencyViolation 400',
  );
  await place.pass(150_000);
  for (const attempt of attempts) await attempt();
});

test('ELB-14: a region has fifty load balancers, then TooManyLoadBalancers', async () => {
  const place = await BalancedNetwork.open();
  for (let made = 0; made < 50; made += 1) await place.makeBalancer({ Name: `one-${made}` });
  expect(await refusalOf(place.makeBalancer())).toBe('TooManyLoadBalancersException 400');
});

test('ELB-15: two subnets of one zone are InvalidConfigurationRequest', async () => {
  const place = await BalancedNetwork.open();
  const second = { VpcId: place.vpcId, CidrBlock: '10.0.9.0/24', AvailabilityZone: `${REGION}a` };
  const { Subnet } = await place.ec2.send(new CreateSubnetCommand(second));
  const Subnets = [...place.subnetIds, Subnet?.SubnetId ?? ''];
  expect(await refusalOf(place.makeBalancer({ Subnets }))).toBe('InvalidConfigurationRequestException 400');
});
