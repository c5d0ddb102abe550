import { type HostedZone, ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { absoluteName } from './record-sets.ts';
import { zoneIdOf } from './zones.ts';

const Outputs = z.strictObject({
  /** Empty: the account has none. */
  zoneId: z.string(),
  domain: z.string(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

const NONE: Outputs = { zoneId: '', domain: '' };

/**
 * The public zone of the account in which the cluster's domain lies, if there is one: looked up once and then kept, as one
 * that is made later changes nothing. It is somebody's and stays as it is, but for the record that leads to the cluster's
 * own zone.
 */
export const parentZone = defineResource<AwsSession>()({
  kind: 'aws.route53.parent-zone',
  inputs: z.strictObject({ domain: z.string() }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['domain'],
  replaceOrder: 'create-first',
  stableOutputs: ['zoneId', 'domain'],
  idOf: ({ zoneId }) => (zoneId === '' ? 'none' : zoneId),

  async observe(aws, context, { last }) {
    const { cluster, instanceId } = context;
    if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
    if (last.zoneId !== '' && (await aws.zones.look(context, last.zoneId)) === undefined) return ABSENT;
    return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
  },

  async create(aws, context, { domain }) {
    const parent = parentOf(domain, await publicZones(aws, context));
    return parent === undefined ? NONE : { zoneId: zoneIdOf(parent), domain: nameOf(parent).slice(0, -1) };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

/** The nearest one that the name lies in. */
export function parentOf(domain: string, zones: readonly HostedZone[]): HostedZone | undefined {
  const above = zones.filter((zone) => absoluteName(domain).endsWith(`.${nameOf(zone)}`));
  return above.toSorted((one, other) => nameOf(other).length - nameOf(one).length)[0];
}

export async function publicZones(
  { route53 }: Pick<AwsSession, 'route53'>,
  context: Pick<ResourceContext, 'read'>,
): Promise<readonly HostedZone[]> {
  const zones = await everyPage(async (Marker) => {
    const page = await route53.read(context, 'list the zones', new ListHostedZonesCommand({ Marker }));
    return { items: page.HostedZones ?? [], next: page.NextMarker };
  });
  return zones.filter(({ Config }) => Config?.PrivateZone !== true);
}

function nameOf({ Name = '' }: HostedZone): string {
  return absoluteName(Name);
}
