import {
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, defineResource, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { unlessAbsent, unlessExists } from '../answers.ts';
import { presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { ANY_PROTOCOL, isSameHole, Opening, openingsOf, permissionOf, sortedOpenings } from './opening.ts';

const Rule = z.strictObject({
  protocol: z.enum(['tcp', 'udp', 'icmp', 'any']),
  /** First and last; absent for protocols without. */
  ports: z.tuple([z.int(), z.int()]).readonly().optional(),
  /** A CIDR, or the id of a security group. */
  source: z.string(),
  purpose: z.string(),
});
type Rule = Readonly<z.output<typeof Rule>>;

const Inputs = z.strictObject({
  groupId: z.string(),
  /** At least one: a group without any is closed by itself. */
  ingress: z.array(Rule).min(1).readonly(),
});

const Outputs = z.strictObject({ groupId: z.string(), openings: z.array(Opening).readonly() });

/** All that a security group lets in: exactly these; whatever else is found there is closed. */
export const securityGroupRules = defineResource<AwsSession>()({
  kind: 'aws.ec2.security-group-rules',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['groupId'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['groupId'],
  idOf: ({ groupId }) => groupId,

  async observe(aws, context, { inputs: { groupId } }) {
    const group = await aws.listings.securityGroups.findById(context, groupId);
    const openings = openingsOf(group?.IpPermissions);
    return openings.length === 0 ? ABSENT : presentBetween({ groupId, openings }, context, group?.Tags);
  },

  async create(aws, context, { groupId, ingress }) {
    const openings = sortedOpenings(ingress.map(openingFor));
    await open(aws, context, groupId, openings);
    return { groupId, openings };
  },

  async sync(aws, context, { groupId, ingress }, observed) {
    const wanted = sortedOpenings(ingress.map(openingFor));
    if (sameValue(wanted, observed.openings)) return observed;
    const lacking = without(wanted, observed.openings);
    const excess = without(observed.openings, wanted);
    const kept = without(wanted, lacking);
    const renamed = kept.filter((opening) => !observed.openings.some((other) => sameValue(other, opening)));
    // The look may not have seen what is open, or still have seen what is closed: then the next one knows better.
    if (lacking.length > 0) await unlessExists(open(aws, context, groupId, lacking));
    if (excess.length > 0) await unlessAbsent(close(aws, context, groupId, excess));
    if (renamed.length > 0) await describe(aws, context, groupId, renamed);
    return { groupId, openings: wanted };
  },

  async destroy(aws, context, { groupId, openings }) {
    await close(aws, context, groupId, openings);
  },
});

function openingFor({ protocol, ports, source, purpose }: Rule): Opening {
  if (protocol === 'any') return { protocol: ANY_PROTOCOL, source, purpose };
  return { protocol, ports: ports ?? EVERY_MESSAGE, source, purpose };
}

const EVERY_MESSAGE = [-1, -1] as const;

function without(openings: readonly Opening[], others: readonly Opening[]): readonly Opening[] {
  return openings.filter((opening) => !others.some((other) => isSameHole(other, opening)));
}

type Openings = readonly Opening[];

/** One request for all: EC2 has few of these to spare. */
async function open(aws: AwsSession, context: ResourceContext, GroupId: string, openings: Openings): Promise<void> {
  const IpPermissions = openings.map(permissionOf);
  const request = new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions });
  await aws.ec2.mutate(context, 'open the firewall', request);
}

async function close(aws: AwsSession, context: ResourceContext, GroupId: string, openings: Openings): Promise<void> {
  const IpPermissions = openings.map(permissionOf);
  const request = new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions });
  await aws.ec2.remove(context, 'close the firewall', request);
}

async function describe(aws: AwsSession, context: ResourceContext, GroupId: string, openings: Openings): Promise<void> {
  const IpPermissions = openings.map(permissionOf);
  const request = new UpdateSecurityGroupRuleDescriptionsIngressCommand({ GroupId, IpPermissions });
  await aws.ec2.mutate(context, 'say what the firewall is open for', request);
}
