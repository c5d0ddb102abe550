import {
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeSubnetsCommand,
  type NatGateway,
} from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { PreflightFinding } from '#provider/preflight.ts';
import { everyPage } from '../every-page.ts';
import { ownerOf } from '../tags.ts';
import { asking, type Check, good, type Look } from './look.ts';
import { howManyMore, isBegun, type PlannedObject, plannedObjects } from './planned.ts';
import { judgeQuota, type Quota } from './quota.ts';

/** A kind of which a region holds a limited number. */
interface Counted {
  readonly check: string;
  readonly kind: string;
  readonly quota: Quota;
  readonly of: string;
  /** What else the operator may do. */
  readonly otherwise?: string;
  /** Those that are there, other than what an interrupted run has begun of this plan. */
  readonly countThere: (look: Look) => Promise<number>;
}

const COUNTED: readonly Counted[] = [
  {
    check: 'quota.networks',
    kind: 'aws.ec2.vpc',
    quota: { service: 'vpc', code: 'L-F678F1CE' },
    of: 'VPCs of the region',
    async countThere({ facts, request }) {
      const vpcs = await facts.vpcs();
      return vpcs.filter(({ Tags }) => !isBegun(request, ownerOf(Tags))).length;
    },
  },
  {
    check: 'quota.addresses',
    kind: 'aws.ec2.address',
    quota: { service: 'ec2', code: 'L-0263D0A3' },
    of: 'Elastic IP addresses',
    otherwise:
      'Let machines have addresses that change (network.addresses: dynamic), put a balancer before them, or raise the quota.',
    async countThere({ aws, context, request }) {
      const question = aws.ec2.read(context, 'count the fixed addresses', new DescribeAddressesCommand({}));
      const { Addresses = [] } = await asking('ec2:DescribeAddresses', question);
      return Addresses.filter(({ Tags }) => !isBegun(request, ownerOf(Tags))).length;
    },
  },
  {
    check: 'quota.balancers',
    kind: 'aws.elb.load-balancer',
    quota: { service: 'elasticloadbalancing', code: 'L-69A177A2' },
    of: 'Network load balancers',
    async countThere({ aws, context }) {
      const all = everyPage(async (Marker) => {
        const command = new DescribeLoadBalancersCommand({ Marker });
        const page = await aws.elb.read(context, 'count the load balancers', command);
        return { items: page.LoadBalancers ?? [], next: page.NextMarker };
      });
      const found = await asking('elasticloadbalancing:DescribeLoadBalancers', all);
      return found.filter(({ Type }) => Type === 'network').length;
    },
  },
];

export const countChecks: readonly Check[] = COUNTED.map(({ check, kind, quota, of, otherwise, countThere }) => ({
  name: check,
  async find(look) {
    const more = howManyMore(look.request.plan, kind);
    if (more === 0) return [];
    const there = await countThere(look);
    return [
      await judgeQuota(look, { check, quota, of, there, more, ...(otherwise === undefined ? {} : { otherwise }) }),
    ];
  },
}));

const NAT_CHECK = 'quota.nat-gateways';
const NAT_QUOTA: Quota = { service: 'vpc', code: 'L-FE5A380F' };

/** NAT gateways are counted zone by zone; one that is being deleted still counts. */
export const natCheck: Check = {
  name: NAT_CHECK,

  async find(look) {
    const planned = plannedObjects(look.request.plan, 'aws.ec2.nat-gateway').filter(({ isOneMore }) => isOneMore);
    if (planned.length === 0) return [];
    const there = await natsByZone(look);
    const judged = await Promise.all(
      [...Map.groupBy(planned, (object) => zoneOf(look, object))].map(([zone, members]) =>
        judgeQuota(look, {
          check: NAT_CHECK,
          quota: NAT_QUOTA,
          of: `NAT gateways in ${zone}`,
          there: there.get(zone) ?? 0,
          more: members.length,
        }),
      ),
    );
    const trouble = judged.filter(({ verdict }) => verdict !== 'good');
    return trouble.length > 0 ? trouble : allGood(judged);
  },
};

function allGood(judged: readonly PreflightFinding[]): readonly PreflightFinding[] {
  const [first, ...others] = judged;
  if (first === undefined || others.length === 0) return judged;
  return [good(NAT_CHECK, judged.map(({ what }) => what).join(' '))];
}

/** The subnet that it will stand in is known after apply; its address names the zone. */
function zoneOf({ request }: Look, { address }: PlannedObject): string {
  const words = address.split('.');
  return request.zones.find((zone) => words.includes(zone)) ?? request.zones[0] ?? '';
}

async function natsByZone(look: Look): Promise<ReadonlyMap<string, number>> {
  const { aws, context, request } = look;
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
  const all = everyPage<NatGateway>(async (NextToken) => {
    const command = new DescribeNatGatewaysCommand({ Filter, MaxResults: 1_000, NextToken });
    const page = await aws.ec2.read(context, 'count the NAT gateways', command);
    return { items: page.NatGateways ?? [], next: page.NextToken };
  });
  const gateways = await asking('ec2:DescribeNatGateways', all);
  const others = gateways.filter(({ Tags }) => !isBegun(request, ownerOf(Tags)));
  const zones = others.length === 0 ? new Map<string, string>() : await zonesOfSubnets(look);
  const counts = new Map<string, number>();
  for (const { SubnetId = '' } of others) {
    const zone = zones.get(SubnetId) ?? '';
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}

async function zonesOfSubnets({ aws, context }: Look): Promise<ReadonlyMap<string, string>> {
  const all = everyPage(async (NextToken) => {
    const command = new DescribeSubnetsCommand({ MaxResults: 1_000, NextToken });
    const page = await aws.ec2.read(context, 'look in which zones the NAT gateways stand', command);
    return { items: page.Subnets ?? [], next: page.NextToken };
  });
  const subnets = await asking('ec2:DescribeSubnets', all);
  return new Map(subnets.map(({ SubnetId = '', AvailabilityZone = '' }) => [SubnetId, AvailabilityZone]));
}
