import {
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
  RRType,
} from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { ListContext, Owner, ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { SharedListing } from '../shared-listing.ts';

type Reading = Pick<ResourceContext, 'read' | 'signal'>;

export interface SeenZone {
  readonly zone: HostedZone;
  readonly nameServers: readonly string[];
  readonly owner: Owner | undefined;
}

/** What is asked of Route 53, which answers five requests a second to a whole account: nothing twice that one answer tells. */
export class Zones {
  readonly #route53: AwsSession['route53'];
  readonly #records: SharedListing<string, ResourceRecordSet>;
  /** A zone keeps its reference for ever, and its id is never given again. */
  readonly #owners = new Map<string, Owner | 'somebody'>();

  constructor(route53: AwsSession['route53']) {
    this.#route53 = route53;
    this.#records = new SharedListing(async (context, HostedZoneId, after) => {
      const command = new ListResourceRecordSetsCommand({ HostedZoneId, ...startOf(after) });
      const page = await route53.read(context, 'list the records of the zone', command);
      return { items: page.ResourceRecordSets ?? [], next: nextOf(page) };
    });
  }

  /** Undefined: there is no such zone. */
  async look(context: Reading, zoneId: string): Promise<SeenZone | undefined> {
    const command = new GetHostedZoneCommand({ Id: zoneId });
    const seen = await unlessAbsent(this.#route53.read(context, 'look at the zone', command));
    if (seen?.HostedZone === undefined) return undefined;
    const owner = ownerOfReference(seen.HostedZone.CallerReference);
    this.#owners.set(zoneId, owner ?? 'somebody');
    return { zone: seen.HostedZone, nameServers: seen.DelegationSet?.NameServers ?? [], owner };
  }

  /** Undefined: there is no such zone. */
  async ownerOf(context: Reading, zoneId: string): Promise<Owner | 'somebody' | undefined> {
    const known = this.#owners.get(zoneId);
    if (known !== undefined) return known;
    const seen = await this.look(context, zoneId);
    return seen === undefined ? undefined : (seen.owner ?? 'somebody');
  }

  /** All that is in a zone. Who asks at the same time shares one listing. */
  recordsOf(context: Reading, zoneId: string): Promise<readonly ResourceRecordSet[]> {
    return this.#records.ask(context, zoneId, zoneId);
  }
}

/** Every zone of the cluster. */
export async function markedZones(
  { route53 }: Pick<AwsSession, 'route53'>,
  context: Pick<ListContext, 'cluster' | 'read'>,
): Promise<readonly { readonly owner: Owner; readonly zone: HostedZone }[]> {
  const zones = await everyPage(async (Marker) => {
    const page = await route53.read(context, 'list the zones', new ListHostedZonesCommand({ Marker }));
    return { items: page.HostedZones ?? [], next: page.NextMarker };
  });
  return zones.flatMap((zone) => {
    const owner = ownerOfReference(zone.CallerReference);
    return owner?.cluster === context.cluster ? [{ owner, zone }] : [];
  });
}

/**
 * The reference by which Route 53 knows a repeated request. It names the owner, so that a zone proves whose it is from
 * its first moment on: tags come in a request of their own, which may never be sent.
 */
export function callerReference({ cluster, instanceId }: Owner): string {
  return [MARK, cluster, instanceId].join(':');
}

const MARK = 'bootstrap';

export function ownerOfReference(reference = ''): Owner | undefined {
  const [mark, cluster = '', instanceId = '', ...rest] = reference.split(':');
  if (mark !== MARK || rest.length > 0 || !isClusterUid(cluster) || !isInstanceId(instanceId)) return undefined;
  return { cluster, instanceId };
}

/** `/hostedzone/Z0123` as most requests want it. */
export function zoneIdOf({ Id = '' }: Pick<HostedZone, 'Id'>): string {
  return Id.replace(/^\/hostedzone\//, '');
}

/** Where a page ends: a place in the zone, as one text. */
const Place = z.strictObject({
  StartRecordName: z.string().optional(),
  StartRecordType: z.enum(RRType).optional(),
  StartRecordIdentifier: z.string().optional(),
});

function startOf(after: string | undefined): z.output<typeof Place> {
  return after === undefined ? {} : Place.parse(JSON.parse(after));
}

function nextOf(page: ListResourceRecordSetsCommandOutput): string | undefined {
  if (page.IsTruncated !== true) return undefined;
  const { NextRecordName, NextRecordType, NextRecordIdentifier } = page;
  return JSON.stringify({
    StartRecordName: NextRecordName,
    StartRecordType: NextRecordType,
    StartRecordIdentifier: NextRecordIdentifier,
  });
}
