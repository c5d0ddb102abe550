import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { fault } from '../aws-fault.ts';
import { balancerDnsName, balancerZoneId } from '../balancer-names.ts';
import type { Desk } from '../desk.ts';
import { INTERNET_GATEWAYS, SECURITY_GROUPS, type Subnet, SUBNETS } from '../ec2/network-objects.ts';
import { MANAGED_INTERFACES } from '../ec2/managed-interface.ts';
import { defineOperation } from '../operation.ts';
import { LISTENERS, LOAD_BALANCERS, type LoadBalancer, missingBalancer, mustSee, newArn } from './elb-objects.ts';
import { CHANGING_MS, checkName, chosen, LISTING, MAKING_MS, tagsFrom, WrittenTags } from './elb-request.ts';

const PROVISIONING_MS = [90_000, 180_000] as const;
/** Its interfaces stay so long after it is gone. */
const LINGERING_MS = [30_000, 150_000] as const;

const createLoadBalancer = defineOperation({
  name: 'CreateLoadBalancer',
  input: z.strictObject({
    Name: z.string(),
    Type: z.literal('network'),
    Scheme: z.enum(['internet-facing', 'internal']).optional(),
    IpAddressType: z.literal('ipv4').optional(),
    Subnets: z.array(z.string()).min(1),
    SecurityGroups: z.array(z.string()).optional(),
    Tags: WrittenTags.optional(),
  }),
  latencyMs: MAKING_MS,
  run: ({ Name: name, Scheme: scheme = 'internet-facing', Subnets, SecurityGroups = [], Tags }, desk) => {
    checkName(name);
    const subnets = subnetsFor(Subnets, desk);
    const vpcId = subnets[0]?.vpcId ?? '';
    const groupIds = groupsFor(SecurityGroups, vpcId, desk);
    const settings = {
      scheme,
      vpcId,
      subnets: subnets.map(({ id, zone }) => ({ id, zone })),
      groupIds,
      tags: tagsFrom(Tags),
    };
    const known = desk.truth(LOAD_BALANCERS).find((balancer) => balancer.name === name);
    if (known !== undefined) return { LoadBalancers: [shownBalancer(sameOrRefused(known, settings), desk)] };
    if (scheme === 'internet-facing' && desk.truth(INTERNET_GATEWAYS).find((one) => one.vpcId === vpcId) === undefined)
      throw fault('InvalidSubnetException', `VPC ${vpcId} has no internet gateway`);
    if (desk.truth(LOAD_BALANCERS).all().length >= desk.weather.quotas.loadBalancers)
      throw fault('TooManyLoadBalancersException', 'The limit for the number of load balancers has been reached');
    const arn = newArn(desk, `loadbalancer/net/${name}`);
    const dnsName = balancerDnsName(name, arn.slice(-16), desk.region);
    const activeAtMs = desk.nowMs + desk.chance.between(...PROVISIONING_MS);
    const balancer: LoadBalancer = { arn, name, dnsName, ...settings, createdAtMs: desk.nowMs, activeAtMs };
    desk.put(LOAD_BALANCERS, arn, balancer);
    plugIn(balancer, desk);
    return { LoadBalancers: [shownBalancer(balancer, desk)] };
  },
});

const describeLoadBalancers = defineOperation({
  name: 'DescribeLoadBalancers',
  input: z.strictObject({
    Names: z.array(z.string()).max(20).optional(),
    LoadBalancerArns: z.array(z.string()).max(20).optional(),
    ...LISTING,
  }),
  run: ({ Names, LoadBalancerArns: arns, ...asked }, desk) => {
    const isWanted =
      Names === undefined && arns === undefined
        ? undefined
        : ({ name, arn }: LoadBalancer) => Names?.includes(name) === true || arns?.includes(arn) === true;
    const { items, NextMarker } = chosen(desk, desk.view(LOAD_BALANCERS).all(), { asked, isWanted });
    if (isWanted !== undefined && items.length < (Names ?? arns ?? []).length) throw missingBalancer();
    return { LoadBalancers: items.map((balancer) => shownBalancer(balancer, desk)), NextMarker };
  },
});

const setSubnets = defineOperation({
  name: 'SetSubnets',
  input: z.strictObject({ LoadBalancerArn: z.string(), Subnets: z.array(z.string()).min(1) }),
  latencyMs: CHANGING_MS,
  run: ({ LoadBalancerArn: arn, Subnets }, desk) => {
    const balancer = mustSee(desk, LOAD_BALANCERS, { arn, missing: missingBalancer });
    const subnets = subnetsFor(Subnets, desk);
    if (subnets.some(({ vpcId }) => vpcId !== balancer.vpcId)) throw mixedNetworks();
    const changed = { ...balancer, subnets: subnets.map(({ id, zone }) => ({ id, zone })) };
    desk.put(LOAD_BALANCERS, arn, changed);
    unplug(balancer, desk, ({ id }) => !Subnets.includes(id));
    plugIn(changed, desk);
    return { AvailabilityZones: zonesOf(changed) };
  },
});

const setSecurityGroups = defineOperation({
  name: 'SetSecurityGroups',
  input: z.strictObject({ LoadBalancerArn: z.string(), SecurityGroups: z.array(z.string()).min(1) }),
  latencyMs: CHANGING_MS,
  run: ({ LoadBalancerArn: arn, SecurityGroups }, desk) => {
    const balancer = mustSee(desk, LOAD_BALANCERS, { arn, missing: missingBalancer });
    if (balancer.groupIds.length === 0)
      throw fault(
        'InvalidConfigurationRequestException',
        'A load balancer that was made without security groups takes none.',
      );
    const changed = { ...balancer, groupIds: groupsFor(SecurityGroups, balancer.vpcId, desk) };
    desk.put(LOAD_BALANCERS, arn, changed);
    plugIn(changed, desk);
    return { SecurityGroupIds: changed.groupIds };
  },
});

/** Its listeners go with it. What is not there is gone: no refusal. */
const deleteLoadBalancer = defineOperation({
  name: 'DeleteLoadBalancer',
  input: z.strictObject({ LoadBalancerArn: z.string() }),
  latencyMs: CHANGING_MS,
  run: ({ LoadBalancerArn: arn }, desk) => {
    const balancer = desk.truth(LOAD_BALANCERS).get(arn);
    if (balancer === undefined) return {};
    for (const listener of desk.truth(LISTENERS).all())
      if (listener.balancerArn === arn) desk.remove(LISTENERS, listener.arn);
    unplug(balancer, desk, () => true);
    desk.remove(LOAD_BALANCERS, arn);
    return {};
  },
});

export const LOAD_BALANCER_OPERATIONS = [
  createLoadBalancer,
  describeLoadBalancers,
  setSubnets,
  setSecurityGroups,
  deleteLoadBalancer,
] as const;

type Settings = Pick<LoadBalancer, 'scheme' | 'vpcId' | 'subnets' | 'groupIds' | 'tags'>;

/** The same request again is answered as before. */
function sameOrRefused(known: LoadBalancer, wanted: Settings): LoadBalancer {
  const { scheme, vpcId, subnets, groupIds, tags } = known;
  if (canonicalJson({ scheme, vpcId, subnets, groupIds, tags }) === canonicalJson({ ...wanted })) return known;
  const message = `A load balancer with the same name '${known.name}' exists, but with different settings`;
  throw fault('DuplicateLoadBalancerNameException', message);
}

function subnetsFor(ids: readonly string[], desk: Desk): readonly Subnet[] {
  const found = ids.toSorted().map((id) => {
    const subnet = desk.truth(SUBNETS).get(id);
    if (subnet === undefined || desk.view(SUBNETS).get(id) === undefined)
      throw fault('SubnetNotFoundException', `The subnet ID '${id}' does not exist`);
    return subnet;
  });
  if (new Set(found.map(({ vpcId }) => vpcId)).size > 1) throw mixedNetworks();
  if (new Set(found.map(({ zone }) => zone)).size < found.length)
    throw fault(
      'InvalidConfigurationRequestException',
      'A load balancer cannot be attached to two subnets of one zone',
    );
  return found;
}

function mixedNetworks() {
  return fault('InvalidConfigurationRequestException', 'All subnets must belong to the same VPC');
}

function groupsFor(ids: readonly string[], vpcId: string, desk: Desk): readonly string[] {
  for (const id of ids) {
    const group = desk.truth(SECURITY_GROUPS).get(id);
    const isUsable = group?.vpcId === vpcId && desk.view(SECURITY_GROUPS).get(id) !== undefined;
    if (!isUsable) throw fault('InvalidSecurityGroupException', `The security group '${id}' does not exist`);
  }
  return ids.toSorted();
}

/** One interface in each zone, with a public address if it faces the internet. */
function plugIn({ arn, scheme, vpcId, subnets, groupIds }: LoadBalancer, desk: Desk): void {
  for (const { id: subnetId } of subnets) {
    const hasPublicIp = scheme === 'internet-facing';
    const plugged = { ownerArn: arn, vpcId, subnetId, groupIds, hasPublicIp, tags: {} };
    desk.put(MANAGED_INTERFACES, `${arn} ${subnetId}`, plugged);
  }
}

function unplug(balancer: LoadBalancer, desk: Desk, goes: (subnet: { readonly id: string }) => boolean): void {
  for (const subnet of balancer.subnets.filter(goes)) {
    const id = `${balancer.arn} ${subnet.id}`;
    const plugged = desk.truth(MANAGED_INTERFACES).get(id);
    const goneAtMs = desk.nowMs + desk.chance.between(...LINGERING_MS);
    if (plugged !== undefined) desk.put(MANAGED_INTERFACES, id, { ...plugged, goneAtMs });
  }
}

function zonesOf({ subnets }: LoadBalancer) {
  return subnets.map(({ id, zone }) => ({ ZoneName: zone, SubnetId: id, LoadBalancerAddresses: [] }));
}

function shownBalancer(balancer: LoadBalancer, desk: Desk): object {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: balancerZoneId(desk.region),
    CreatedTime: new Date(balancer.createdAtMs),
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: desk.nowMs < balancer.activeAtMs ? 'provisioning' : 'active' },
    Type: 'network',
    AvailabilityZones: zonesOf(balancer),
    SecurityGroups: balancer.groupIds,
    IpAddressType: 'ipv4',
  };
}
