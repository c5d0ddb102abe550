import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { balancerZoneId, regionOfBalancer } from '../balancer-names.ts';
import { domainName, isWithin } from './domain-name.ts';
import { RecordType, type RecordSet, rowOf } from './record-set.ts';
import type { Zone } from './zone.ts';

const RECORDS_MAX = 1_000;
const CHARACTERS_MAX = 32_000;
const TTL_MAX = 2_147_483_647;

export const ChangeBatch = z.strictObject({
  Comment: z.string().max(256).optional(),
  Changes: z
    .array(
      z.strictObject({
        Action: z.enum(['CREATE', 'DELETE', 'UPSERT']),
        ResourceRecordSet: z.strictObject({
          Name: z.string(),
          Type: RecordType,
          TTL: z.int().min(0).max(TTL_MAX).optional(),
          ResourceRecords: z
            .array(z.strictObject({ Value: z.string().min(1).max(4_000) }))
            .min(1)
            .optional(),
          AliasTarget: z
            .strictObject({ HostedZoneId: z.string(), DNSName: z.string(), EvaluateTargetHealth: z.boolean() })
            .optional(),
        }),
      }),
    )
    .min(1),
});
type Change = z.output<typeof ChangeBatch>['Changes'][number];

type Records = ReadonlyMap<string, RecordSet>;

interface Outcome {
  readonly after: Records;
  /** All that is wrong with it; nothing: it may be done. */
  readonly complaints: readonly string[];
}

/** What a zone holds after a batch, taken change by change. One complaint, and nothing of it is done. */
export function applyBatch({ zone, before, isTarget }: Situation, { Changes }: z.output<typeof ChangeBatch>): Outcome {
  const after = new Map(before);
  const complaints = [...tooMuch(Changes)];
  for (const change of Changes) {
    const set = recordSetOf(change, zone);
    const row = rowOf(zone.id, set);
    const existing = after.get(row);
    const complaint = complaintAbout(change, set, { zone, records: after, existing, isTarget });
    if (complaint !== undefined) complaints.push(complaint);
    else if (change.Action === 'DELETE') after.delete(row);
    else after.set(row, set);
  }
  return { after, complaints };
}

function* tooMuch(changes: readonly Change[]): Generator<string> {
  // A record that is upserted counts twice: it may have to be taken out before it is put in.
  const weights = changes.map(({ Action, ResourceRecordSet: { ResourceRecords: records = [] } }) => ({
    factor: Action === 'UPSERT' ? 2 : 1,
    records: records.length,
    characters: records.reduce((sum, { Value }) => sum + Value.length, 0),
  }));
  const records = weights.reduce((sum, weight) => sum + weight.factor * weight.records, 0);
  const characters = weights.reduce((sum, weight) => sum + weight.factor * weight.characters, 0);
  if (records > RECORDS_MAX) yield `Number of records limit of ${RECORDS_MAX} exceeded.`;
  if (characters > CHARACTERS_MAX) yield `Number of characters limit of ${CHARACTERS_MAX} exceeded.`;
}

function recordSetOf({ ResourceRecordSet: asked }: Change, zone: Zone): RecordSet {
  const { Name, Type, TTL = 0, ResourceRecords = [], AliasTarget } = asked;
  const name = domainName(Name) ?? Name;
  const values = ResourceRecords.map(({ Value }) => Value);
  const isFounding = name === zone.name && (Type === 'NS' || Type === 'SOA');
  const set: RecordSet = { name, type: Type, ttl: TTL, values, isFounding, tags: {} };
  if (AliasTarget === undefined) return set;
  const { HostedZoneId: zoneId, DNSName, EvaluateTargetHealth: isChecked } = AliasTarget;
  return { ...set, alias: { zoneId, dnsName: domainName(DNSName) ?? DNSName, isChecked } };
}

interface Situation {
  readonly zone: Zone;
  readonly before: Records;
  /** Whether there is something of AWS of that name. */
  readonly isTarget: (dnsName: string) => boolean;
}

interface Place {
  readonly isTarget: Situation['isTarget'];
  readonly zone: Zone;
  readonly records: Records;
  readonly existing: RecordSet | undefined;
}

function complaintAbout({ Action, ResourceRecordSet }: Change, set: RecordSet, place: Place): string | undefined {
  const { zone, records, existing } = place;
  const { name, type } = set;
  const label = `[name='${name}', type='${type}']`;
  if (domainName(name) === undefined) return `FATAL problem: DomainLabelEmpty encountered with '${name}'`;
  if (!isWithin(name, zone.name)) return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}`;
  if (isHalf(ResourceRecordSet))
    return `Invalid request: Expected exactly one of AliasTarget and ResourceRecords with TTL in ${label}`;
  if (Action === 'DELETE') {
    if (existing === undefined) return `Tried to delete resource record set ${label} but it was not found`;
    if (existing.isFounding) return foundingRule(set);
    if (sameRecords(set, existing)) return undefined;
    return `Tried to delete resource record set ${label} but the values provided do not match the current values`;
  }
  if (Action === 'CREATE' && existing !== undefined) {
    return `Tried to create resource record set ${label} but it already exists`;
  }
  return complaintAboutValues(set) ?? complaintAboutTarget(set, place) ?? complaintAboutName(set, zone, records);
}

/** An alias has neither values nor a time of its own; everything else has both. */
function isHalf({ TTL, ResourceRecords, AliasTarget }: Change['ResourceRecordSet']): boolean {
  const isPlain = TTL !== undefined && ResourceRecords !== undefined;
  const isEmpty = TTL === undefined && ResourceRecords === undefined;
  return AliasTarget === undefined ? !isPlain : !isEmpty;
}

/** Only names of load balancers are known here, each in the zone of its region. */
function complaintAboutTarget({ type, alias }: RecordSet, { isTarget }: Place): string | undefined {
  if (alias === undefined) return undefined;
  const tried = `Tried to create an alias that targets ${alias.dnsName}, type ${type} in zone ${alias.zoneId}`;
  const region = regionOfBalancer(alias.dnsName);
  if (region === undefined || balancerZoneId(region) !== alias.zoneId)
    return `${tried}, but the alias target name does not lie within the target zone`;
  return type === 'A' && isTarget(alias.dnsName) ? undefined : `${tried}, but that target was not found`;
}

function foundingRule({ type }: RecordSet): string {
  return type === 'SOA'
    ? 'A HostedZone must contain exactly one SOA record.'
    : 'A HostedZone must contain at least one NS record for the zone itself.';
}

/** The order of values does not matter, all else does. */
function sameRecords(one: RecordSet, other: RecordSet): boolean {
  const [left, right] = [one.values.toSorted(), other.values.toSorted()];
  if (canonicalJson(one.alias ?? null) !== canonicalJson(other.alias ?? null)) return false;
  return one.ttl === other.ttl && left.length === right.length && left.every((value, index) => value === right[index]);
}

function complaintAboutValues({ type, values }: RecordSet): string | undefined {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) return `Duplicate Resource Record: '${twice}'`;
  const [pattern, problem] = PATTERNS.get(type) ?? [undefined, ''];
  const wrong = values.find((value) => pattern?.safeParse(value).success === false);
  if (wrong !== undefined) return `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${wrong}''`;
  if (type === 'CNAME' && values.length > 1) return 'CNAME record set must have exactly one resource record.';
  return undefined;
}

const PATTERNS: ReadonlyMap<RecordSet['type'], readonly [z.ZodType, string]> = new Map([
  ['A', [z.ipv4(), 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)']],
  ['AAAA', [z.ipv6(), 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)']],
  [
    'TXT',
    [
      z.string().regex(/^"[^"]{0,255}"(?: "[^"]{0,255}")*$/),
      'InvalidCharacterString (Value should be enclosed in quotation marks)',
    ],
  ],
]);

/** A name that stands for another one has nothing else; the zone's own name has other things for certain. */
function complaintAboutName({ name, type }: RecordSet, zone: Zone, records: Records): string | undefined {
  if (type === 'CNAME' && name === zone.name) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`;
  }
  const conflict = [...records.values()].find(
    (other) => other.name === name && other.type !== type && (type === 'CNAME' || other.type === 'CNAME'),
  );
  if (conflict === undefined) return undefined;
  return `RRSet of type ${type} with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
}
