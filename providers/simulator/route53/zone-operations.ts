import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Chance } from '../chance.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from '../page.ts';
import { ACTIVITIES, checkIdle, submitChange } from './change.ts';
import { domainName, reversedName } from './domain-name.ts';
import { foundingRecords, RECORD_SETS, recordSetsOf, rowOf } from './record-set.ts';
import { AskedNetwork, networksFor, PRIVATE_NAME_SERVERS, shownNetwork, sightOf } from './private-zone.ts';
import { REFERENCES, REQUESTS, type Zone, ZoneId, ZONES, zoneSeen } from './zone.ts';

const LATENCY_MS = [150, 500] as const;
const PAGE_MAX = 100;

const createHostedZone = defineOperation({
  name: 'CreateHostedZone',
  input: z.strictObject({
    Name: z.string(),
    CallerReference: z.string().min(1).max(128),
    HostedZoneConfig: z
      .strictObject({ Comment: z.string().max(256).optional(), PrivateZone: z.boolean().optional() })
      .optional(),
    VPC: AskedNetwork.optional(),
  }),
  latencyMs: LATENCY_MS,
  buckets: [REQUESTS],
  run({ Name, CallerReference: callerReference, HostedZoneConfig = {}, VPC }, desk) {
    const { Comment: comment = '', PrivateZone: isPrivate = VPC !== undefined } = HostedZoneConfig;
    const name = domainName(Name);
    if (name === undefined) throw fault('InvalidDomainName', `${Name} is not a valid domain name`);
    if (desk.truth(REFERENCES).get(callerReference) !== undefined) {
      const message = `A hosted zone has already been created with the specified caller reference: ${callerReference}`;
      throw fault('HostedZoneAlreadyExists', message, 409);
    }
    if (desk.truth(ZONES).all().length >= desk.weather.quotas.hostedZones) {
      throw fault(
        'TooManyHostedZones',
        'Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.',
      );
    }
    const networks = networksFor({ name, isPrivate, asked: VPC }, desk);
    const zone: Zone = {
      id: `Z${desk.chance.hex(20).toUpperCase()}`,
      name,
      callerReference,
      comment,
      createdAtMs: desk.nowMs,
      nameServers: isPrivate ? PRIVATE_NAME_SERVERS : drawNameServers(desk.chance),
      ...(networks === undefined ? {} : { networks }),
      tags: {},
    };
    desk.put(ZONES, zone.id, zone);
    desk.put(REFERENCES, callerReference, { zoneId: zone.id, tags: {} });
    const founding = foundingRecords(zone);
    for (const set of founding) desk.put(RECORD_SETS, rowOf(zone.id, set), set);
    return {
      HostedZone: shown(zone, founding.length),
      ChangeInfo: submitChange(desk, zone.id),
      ...sightOf(zone),
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
    };
  },
});

/** Four servers under four top-level domains, so that no one of these can take a zone away. */
function drawNameServers(chance: Chance): readonly string[] {
  return ['com', 'net', 'org', 'co.uk'].map((top, index) => {
    const number = index * 512 + chance.integer(512);
    return `ns-${number}.awsdns-${String(Math.floor(number / 8) % 64).padStart(2, '0')}.${top}`;
  });
}

const getHostedZone = defineOperation({
  name: 'GetHostedZone',
  input: z.strictObject({ Id: ZoneId }),
  buckets: [REQUESTS],
  run({ Id: id }, desk) {
    const zone = zoneSeen(desk, id);
    const VPCs = zone.networks?.map(shownNetwork);
    return { HostedZone: shownWithCount(desk, zone), ...(VPCs === undefined ? sightOf(zone) : { VPCs }) };
  },
});

const MaxItems = z.int().min(1).max(PAGE_MAX).optional();

const listHostedZones = defineOperation({
  name: 'ListHostedZones',
  input: z.strictObject({ Marker: z.string().optional(), MaxItems }),
  buckets: [REQUESTS],
  run({ Marker, MaxItems: size = PAGE_MAX }, desk) {
    const { items, nextToken } = pageOf(desk, desk.view(ZONES).all(), { idOf: ({ id }) => id, token: Marker, size });
    return {
      HostedZones: items.map((zone) => shownWithCount(desk, zone)),
      Marker: Marker ?? '',
      MaxItems: size,
      IsTruncated: nextToken !== undefined,
      ...(nextToken === undefined ? {} : { NextMarker: nextToken }),
    };
  },
});

const listHostedZonesByName = defineOperation({
  name: 'ListHostedZonesByName',
  input: z.strictObject({ DNSName: z.string().optional(), HostedZoneId: ZoneId.optional(), MaxItems }),
  buckets: [REQUESTS],
  run({ DNSName, HostedZoneId, MaxItems: size = PAGE_MAX }, desk) {
    if (HostedZoneId !== undefined && DNSName === undefined) {
      throw fault('InvalidInput', 'The input is not valid: a zone id needs a name.');
    }
    const start =
      DNSName === undefined ? '' : orderOf({ name: domainName(DNSName) ?? DNSName, id: HostedZoneId ?? '' });
    const all = desk
      .view(ZONES)
      .all()
      .toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
    const left = all.filter((zone) => orderOf(zone) >= start);
    const count = desk.chance.happens(desk.weather.pageSizeOne) ? 1 : size;
    const next = left[count];
    return {
      HostedZones: left.slice(0, count).map((zone) => shownWithCount(desk, zone)),
      MaxItems: size,
      IsTruncated: next !== undefined,
      ...(next === undefined ? {} : { NextDNSName: next.name, NextHostedZoneId: next.id }),
    };
  },
});

function orderOf({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${reversedName(name)} ${id}`;
}

const listHostedZonesByVpc = defineOperation({
  name: 'ListHostedZonesByVPC',
  input: z.strictObject({
    VPCId: z.string(),
    VPCRegion: z.string(),
    MaxItems,
    NextToken: z.string().optional(),
  }),
  buckets: [REQUESTS],
  run({ VPCId, VPCRegion, MaxItems: size = PAGE_MAX, NextToken: token }, desk) {
    const sees = ({ networks = [] }: Zone) => networks.some(({ id, region }) => id === VPCId && region === VPCRegion);
    const all = desk.view(ZONES).all().filter(sees);
    const { items, nextToken } = pageOf(desk, all, { idOf: ({ id }) => id, token, size });
    return {
      HostedZoneSummaries: items.map(({ id, name }) => ({
        HostedZoneId: id,
        Name: name,
        Owner: { OwningAccount: desk.accountId },
      })),
      MaxItems: size,
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    };
  },
});

const deleteHostedZone = defineOperation({
  name: 'DeleteHostedZone',
  input: z.strictObject({ Id: ZoneId }),
  latencyMs: LATENCY_MS,
  buckets: [REQUESTS],
  run({ Id: id }, desk) {
    const zone = desk.truth(ZONES).get(id) ?? zoneSeen(desk, id);
    checkIdle(desk, id);
    const records = recordSetsOf(desk, zone);
    if (records.some(([, { isFounding }]) => !isFounding)) {
      const message = 'The specified hosted zone contains non-required resource record sets and so cannot be deleted.';
      throw fault('HostedZoneNotEmpty', message);
    }
    const ChangeInfo = submitChange(desk, id);
    for (const [row] of records) desk.remove(RECORD_SETS, row);
    desk.remove(ACTIVITIES, id);
    desk.remove(ZONES, id);
    return { ChangeInfo };
  },
});

function shownWithCount(desk: Desk, zone: Zone): object {
  return shown(zone, recordSetsOf(desk, zone).length);
}

function shown({ id, name, callerReference, comment, networks }: Zone, count: number): object {
  return {
    Id: `/hostedzone/${id}`,
    Name: name,
    CallerReference: callerReference,
    Config: { PrivateZone: networks !== undefined, ...(comment === '' ? {} : { Comment: comment }) },
    ResourceRecordSetCount: count,
  };
}

export const ZONE_OPERATIONS = [
  createHostedZone,
  getHostedZone,
  listHostedZones,
  listHostedZonesByName,
  listHostedZonesByVpc,
  deleteHostedZone,
] as const;
