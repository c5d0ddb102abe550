import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';
import { reversedName } from './domain-name.ts';
import type { Zone } from './zone.ts';

export const RecordType = z.enum(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

const RecordSet = z.strictObject({
  name: z.string(),
  type: RecordType,
  ttl: z.int(),
  values: z.array(z.string()).readonly(),
  /** Answers with what this name stands for, instead of with values. */
  alias: z.strictObject({ zoneId: z.string(), dnsName: z.string(), isChecked: z.boolean() }).optional(),
  /** Came with the zone and goes with it. */
  isFounding: z.boolean(),
  tags: Tags,
});
export type RecordSet = Readonly<z.output<typeof RecordSet>>;

/** By zone, name and type, in the order of listings. */
export const RECORD_SETS = defineKind<RecordSet>({
  name: 'record-set',
  scope: 'account',
  schema: RecordSet,
  isAlive: ({ isFounding }) => !isFounding,
});

/** A blank sorts before every character of a name, so that a name stands before the longer ones that begin with it. */
export function rowOf(zoneId: string, { name, type = '' }: { readonly name: string; readonly type?: string }): string {
  return `${zoneId}/${reversedName(name)} ${type}`;
}

/** The zone's records as they are: pending changes included. */
export function recordSetsOf(desk: Desk, { id }: Zone): readonly (readonly [row: string, set: RecordSet])[] {
  return [...desk.truth(RECORD_SETS).startingWith(`${id}/`)];
}

/** What every zone has, from its first moment to its last. */
export function foundingRecords({ name, nameServers }: Zone): readonly RecordSet[] {
  const [first = ''] = nameServers;
  const authority = `${first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { name, type: 'NS', ttl: 172_800, values: nameServers.map((server) => `${server}.`), isFounding: true, tags: {} },
    { name, type: 'SOA', ttl: 900, values: [authority], isFounding: true, tags: {} },
  ];
}

export function shownRecordSet({ name, type, ttl, values, alias }: RecordSet): object {
  if (alias !== undefined) {
    const { zoneId: HostedZoneId, dnsName: DNSName, isChecked: EvaluateTargetHealth } = alias;
    return { Name: name, Type: type, AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth } };
  }
  return { Name: name, Type: type, TTL: ttl, ResourceRecords: values.map((Value) => ({ Value })) };
}
