import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  type LoadBalancer,
  type LoadBalancerState,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { ABSENT, type Condition, READY } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { pending, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { retagBalanced, tagsOf } from './elb-tags.ts';
import { markedBalancers } from './marked-balancers.ts';

const Inputs = z.strictObject({
  name: z.string().max(32),
  vpcId: z.string(),
  /** One in each zone, with a way in from the internet. */
  subnetIds: z.array(z.string()).min(1).readonly(),
  securityGroupIds: z.array(z.string()).min(1).readonly(),
  ...TAGS,
});

const Outputs = z.strictObject({
  arn: z.string(),
  vpcId: z.string(),
  dnsName: z.string(),
  /** Of the zone that the name is in, for records that point at it. */
  dnsZoneId: z.string(),
  subnetIds: z.array(z.string()).readonly(),
  securityGroupIds: z.array(z.string()).readonly(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * A network load balancer that faces the internet. A repeated request is answered with what the first one made as long as it
 * asks for the same, its tags included.
 */
export const loadBalancer = tagged(retagBalanced, {
  kind: 'aws.elb.load-balancer',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name', 'vpcId'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['arn', 'vpcId', 'dnsName', 'dnsZoneId'],
  idOf: ({ arn }) => arn,

  async observe(aws, context, { inputs: { name } }) {
    const request = new DescribeLoadBalancersCommand({ Names: [name] });
    const answer = await unlessAbsent(aws.elb.read(context, 'look at the load balancer', request));
    const found = answer?.LoadBalancers?.[0];
    if (found === undefined) return ABSENT;
    const outputs = outputsOf(found);
    return present(outputs, await tagsOf(aws, context, outputs.arn), conditionOf(found.State));
  },

  async create({ elb }, context, { name: Name, subnetIds, securityGroupIds }) {
    const request = new CreateLoadBalancerCommand({
      Name,
      Type: 'network',
      Scheme: 'internet-facing',
      IpAddressType: 'ipv4',
      Subnets: subnetIds.toSorted(),
      SecurityGroups: securityGroupIds.toSorted(),
      Tags: ownerTags(context),
    });
    const { LoadBalancers } = await elb.mutate(context, 'create the load balancer', request);
    return outputsOf(answered(LoadBalancers?.[0], 'LoadBalancers'));
  },

  async sync({ elb }, context, inputs, observed) {
    const { arn: LoadBalancerArn } = observed;
    const subnetIds = inputs.subnetIds.toSorted();
    if (!sameValue(subnetIds, observed.subnetIds)) {
      const request = new SetSubnetsCommand({ LoadBalancerArn, Subnets: subnetIds });
      await elb.mutate(context, 'set the zones of the load balancer', request);
    }
    const securityGroupIds = inputs.securityGroupIds.toSorted();
    if (!sameValue(securityGroupIds, observed.securityGroupIds)) {
      const request = new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: securityGroupIds });
      await elb.mutate(context, 'set the firewalls of the load balancer', request);
    }
    return { ...observed, subnetIds, securityGroupIds };
  },

  /** Its listeners go with it. */
  async destroy({ elb }, context, { arn: LoadBalancerArn }) {
    await elb.remove(context, 'delete the load balancer', new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  },

  async list(aws, context) {
    const found = await markedBalancers(aws, context);
    return found.map(({ owner, item }) => ({ owner, outputs: outputsOf(item) }));
  },
});

/**
 * | it is           | so it is                                                     |
 * |-----------------|--------------------------------------------------------------|
 * | provisioning    | awaited, which takes minutes                                 |
 * | active          | ready                                                        |
 * | active_impaired | ready: it serves, though with less than it wants             |
 * | failed          | broken: it never will be, and another in its place may well  |
 */
export function conditionOf(state: LoadBalancerState | undefined): Condition {
  switch (state?.Code) {
    case 'active':
    case 'active_impaired':
      return READY;
    case 'failed':
      return {
        is: 'broken',
        reason: `The load balancer could not be set up: ${state.Reason ?? 'AWS does not say why'}.`,
      };
    case 'provisioning':
    case undefined:
      return pending('it to be provisioned');
  }
}

function outputsOf(found: LoadBalancer): Outputs {
  const { AvailabilityZones = [], SecurityGroups = [] } = found;
  return {
    arn: answered(found.LoadBalancerArn, 'LoadBalancerArn'),
    vpcId: answered(found.VpcId, 'VpcId'),
    dnsName: answered(found.DNSName, 'DNSName'),
    dnsZoneId: answered(found.CanonicalHostedZoneId, 'CanonicalHostedZoneId'),
    subnetIds: AvailabilityZones.map(({ SubnetId }) => answered(SubnetId, 'SubnetId')).toSorted(),
    securityGroupIds: SecurityGroups.toSorted(),
  };
}
