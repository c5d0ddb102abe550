import {
  DeleteLoadBalancerCommand,
  DescribeTagsCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSubnetCommand } from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { makeGroup, NOWHERE } from '../ec2/scenery.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { elbApi, route53Api } from '../sources.ts';
import {
  ACTIVE_MS,
  NO_BALANCER,
  Tags,
  makeOutside,
  balancerRequest,
  makeBalancer,
  balancerOf,
  nowhere,
} from './scenery.ts';

export const balancerFacts = factsOf('elb', {
  'balancer-made': {
    fact: 'A load balancer has a name and a zone that records can point at, its subnets and its groups.',
    source: elbApi('LoadBalancer'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      const made = await makeBalancer(aws, place);
      return {
        type: made.Type,
        scheme: made.Scheme,
        dnsName: made.DNSName?.startsWith('blog-'),
        zone: typeof made.CanonicalHostedZoneId,
        subnets: made.AvailabilityZones?.map(({ SubnetId }) => SubnetId === place.subnetId),
        groups: made.SecurityGroups?.map((group) => group === place.groupId),
        isOfVpc: made.VpcId === place.vpcId,
      };
    },
    holds: {
      type: 'network',
      scheme: 'internet-facing',
      dnsName: true,
      zone: 'string',
      subnets: [true],
      groups: [true],
      isOfVpc: true,
    },
  },
  'balancer-active': {
    fact: 'A load balancer is active after a while.',
    source: elbApi('LoadBalancerState'),
    run: async (aws, judge) => {
      await makeBalancer(aws, await makeOutside(aws));
      await balancerOf(aws);
      await judge.pass(ACTIVE_MS);
      return (await balancerOf(aws))?.State?.Code;
    },
    holds: 'active',
  },
  'balancer-again': {
    fact: 'The same request again is answered with the load balancer that is there.',
    source: elbApi('CreateLoadBalancer'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      const first = await makeBalancer(aws, place);
      return (await makeBalancer(aws, place)).LoadBalancerArn === first.LoadBalancerArn;
    },
    holds: true,
  },
  'balancer-duplicate': {
    fact: 'A name that is taken, with other settings, is DuplicateLoadBalancerName.',
    source: elbApi('CreateLoadBalancer'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      await makeBalancer(aws, place);
      return refusalOf(aws.elb.send(balancerRequest(place, { Scheme: 'internal' })));
    },
    holds: 'DuplicateLoadBalancerNameException 400',
  },
  'balancer-missing': {
    fact: 'A name that is not there is LoadBalancerNotFound.',
    source: elbApi('DescribeLoadBalancers'),
    run: (aws) => refusalOf(balancerOf(aws, 'nobody')),
    holds: NO_BALANCER,
  },
  'balancer-missing-subnet': {
    fact: 'A subnet that is not there is SubnetNotFound.',
    source: elbApi('CreateLoadBalancer'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      return refusalOf(aws.elb.send(balancerRequest(place, { Subnets: [`subnet-${NOWHERE}`] })));
    },
    holds: 'SubnetNotFoundException 400',
  },
  'balancer-missing-group': {
    fact: 'A security group that is not there is InvalidSecurityGroup.',
    source: elbApi('CreateLoadBalancer'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      return refusalOf(aws.elb.send(balancerRequest(place, { SecurityGroups: [`sg-${NOWHERE}`] })));
    },
    holds: 'InvalidSecurityGroupException 400',
  },
  'balancer-tags': {
    fact: 'Tags go into CreateLoadBalancer and are shown by DescribeTags.',
    source: elbApi('DescribeTags'),
    run: async (aws) => {
      const { LoadBalancerArn = '' } = await makeBalancer(aws, await makeOutside(aws));
      const { TagDescriptions } = await aws.elb.send(new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn] }));
      return TagDescriptions?.map((seen) => [seen.ResourceArn === LoadBalancerArn, seen.Tags]);
    },
    holds: [[true, Tags]],
  },
  'balancer-tags-missing': {
    fact: 'The tags of a load balancer that is not there are LoadBalancerNotFound.',
    source: elbApi('DescribeTags'),
    run: ({ elb }) =>
      refusalOf(elb.send(new DescribeTagsCommand({ ResourceArns: [nowhere('loadbalancer/net/blog')] }))),
    holds: NO_BALANCER,
  },
  'balancer-name-long': {
    fact: 'A name has 32 characters at most: else ValidationError.',
    source: elbApi('CreateLoadBalancer'),
    run: async (aws) => {
      const request = balancerRequest(await makeOutside(aws), { Name: 'x'.repeat(33) });
      return refusalOf(aws.elb.send(request));
    },
    holds: 'ValidationError 400',
  },
  'balancer-subnets': {
    fact: 'The subnets of a network load balancer are replaced as a whole.',
    source: elbApi('SetSubnets'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      const { LoadBalancerArn } = await makeBalancer(aws, place);
      const asked = { VpcId: place.vpcId, CidrBlock: '10.20.2.0/24', AvailabilityZone: 'eu-west-3b' };
      const { Subnet } = await aws.ec2.send(new CreateSubnetCommand(asked));
      const Subnets = [place.subnetId, Subnet?.SubnetId ?? ''];
      await aws.elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }));
      return (await balancerOf(aws))?.AvailabilityZones?.map(({ ZoneName }) => ZoneName).toSorted();
    },
    holds: ['eu-west-3a', 'eu-west-3b'],
  },
  'balancer-groups': {
    fact: 'The security groups of a load balancer that has some are replaced as a whole.',
    source: elbApi('SetSecurityGroups'),
    run: async (aws) => {
      const place = await makeOutside(aws);
      const { LoadBalancerArn } = await makeBalancer(aws, place);
      const other = await makeGroup(aws, place.vpcId, 'other');
      await aws.elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [other] }));
      return (await balancerOf(aws))?.SecurityGroups?.map((group) => group === other);
    },
    holds: [true],
  },
  'balancer-alias': {
    fact: 'An alias leads a name to a load balancer, is listed without TTL and values, and removed as it is listed.',
    source: route53Api('AliasTarget'),
    run: async (aws) => {
      const { DNSName, CanonicalHostedZoneId } = await makeBalancer(aws, await makeOutside(aws));
      const asked = { Name: 'blog.example.com', CallerReference: 'alias' };
      const { HostedZone } = await aws.route53.send(new CreateHostedZoneCommand(asked));
      const AliasTarget = { HostedZoneId: CanonicalHostedZoneId, DNSName, EvaluateTargetHealth: true };
      const change = (Action: 'CREATE' | 'DELETE', ResourceRecordSet: ResourceRecordSet) => {
        const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
        const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch });
        return refusalOf(aws.route53.send(command));
      };
      const made = await change('CREATE', { Name: 'www.blog.example.com', Type: 'A', AliasTarget });
      const list = new ListResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id });
      const { ResourceRecordSets } = await aws.route53.send(list);
      const seen = ResourceRecordSets?.find(({ Type }) => Type === 'A') ?? { Name: 'none', Type: 'A' };
      const leads = seen.AliasTarget?.DNSName?.replace(/\.$/, '').toLowerCase() === DNSName?.toLowerCase();
      const isOfZone = seen.AliasTarget?.HostedZoneId === CanonicalHostedZoneId;
      const values = seen.ResourceRecords?.length ?? 0;
      return [made, leads, isOfZone, seen.TTL, values, await change('DELETE', seen)];
    },
    holds: ['accepted', true, true, undefined, 0, 'accepted'],
  },
  'balancer-deleted-twice': {
    fact: 'Deleting a load balancer that is gone succeeds.',
    source: elbApi('DeleteLoadBalancer'),
    run: async (aws) => {
      const { LoadBalancerArn } = await makeBalancer(aws, await makeOutside(aws));
      const remove = () => refusalOf(aws.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })));
      return [await remove(), await refusalOf(balancerOf(aws)), await remove()];
    },
    holds: ['accepted', NO_BALANCER, 'accepted'],
  },
});
