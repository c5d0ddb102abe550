import { type HostedZone, ListHostedZonesByNameCommand } from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import type { AwsSession } from '../session.ts';
import { absoluteName } from './record-sets.ts';
import { ownerOfReference, zoneIdOf } from './zones.ts';

const Outputs = z.strictObject({
  zoneId: z.string(),
  domain: z.string(),
  nameServers: z.array(z.string()).readonly(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * The public zone of the domain that the account has already. What is ours is the choice, and the records that are put into
 * it; the zone itself is never touched, and nothing becomes of it when the choice goes.
 */
export const existingZone = defineResource<AwsSession>()({
  kind: 'aws.route53.existing-zone',
  inputs: z.strictObject({ domain: z.string() }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['domain'],
  replaceOrder: 'create-first',
  stableOutputs: ['zoneId', 'domain', 'nameServers'],
  idOf: ({ zoneId }) => zoneId,

  async observe(aws, context, { last }) {
    const { cluster, instanceId } = context;
    if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
    const seen = await aws.zones.look(context, last.zoneId);
    if (seen === undefined) return ABSENT;
    const outputs = { ...last, nameServers: seen.nameServers.toSorted() };
    return { state: 'present', outputs, owner: { cluster, instanceId }, condition: READY };
  },

  async create(aws, context, { domain }) {
    const found = await publicZonesOf(aws, context, domain);
    const [zone, ...others] = found;
    if (zone === undefined) {
      throw refused(
        `The account has no public zone of the name ${domain}: make it there, or let the cluster make one.`,
      );
    }
    if (others.length > 0) {
      const ids = found.map(zoneIdOf).toSorted().join(' and ');
      throw refused(
        `The account has ${found.length} public zones of the name ${domain}, and only one of them can be meant: ${ids}.`,
      );
    }
    return chosen(aws, context, zone, domain);
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

async function chosen(
  { zones }: AwsSession,
  context: ResourceContext,
  zone: HostedZone,
  domain: string,
): Promise<Outputs> {
  const zoneId = zoneIdOf(zone);
  const seen = await zones.look(context, zoneId);
  if (seen === undefined) throw refused(`The zone ${zoneId} of the name ${domain} has just gone.`);
  return { zoneId, domain, nameServers: seen.nameServers.toSorted() };
}

/** Listed by name, so those that are wanted stand first. One that this cluster has made goes with it. */
async function publicZonesOf(
  { route53 }: AwsSession,
  context: ResourceContext,
  domain: string,
): Promise<readonly HostedZone[]> {
  const found: HostedZone[] = [];
  let from: { readonly DNSName: string; readonly HostedZoneId?: string } | undefined = { DNSName: domain };
  while (from !== undefined) {
    const command: ListHostedZonesByNameCommand = new ListHostedZonesByNameCommand(from);
    const page = await route53.read(context, 'look for the zone', command);
    const named = (page.HostedZones ?? []).filter(({ Name = '' }) => absoluteName(Name) === absoluteName(domain));
    found.push(...named);
    const { NextDNSName, NextHostedZoneId } = page;
    const goesOn = NextDNSName !== undefined && absoluteName(NextDNSName) === absoluteName(domain);
    from =
      goesOn && NextHostedZoneId !== undefined ? { DNSName: NextDNSName, HostedZoneId: NextHostedZoneId } : undefined;
  }
  return found.filter(
    ({ Config, CallerReference }) =>
      Config?.PrivateZone !== true && ownerOfReference(CallerReference)?.cluster !== context.cluster,
  );
}

function refused(message: string): CallError {
  return new CallError({ outcome: 'rejected', reason: 'invalid', message });
}
