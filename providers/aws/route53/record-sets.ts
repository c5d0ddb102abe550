import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** What answers a question for one name and type: values or, for an alias, whatever something else of AWS answers with. */
export interface RecordSet {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  /** 0 for an alias, which has that of its target. */
  readonly ttlSeconds: number;
  /** None for an alias. */
  readonly values: readonly string[];
  readonly alias?: Alias | undefined;
}

interface Alias {
  readonly dnsName: string;
  /** Of the zone that the name is in. */
  readonly zoneId: string;
}

/** As Route 53 spells it: names end in a dot, texts stand in quotes. Sorted, as it keeps no order. */
export function spelled({ name, type, ttlSeconds, values, alias }: RecordSet): RecordSet {
  const texts = type === 'TXT' ? values.map(quoted) : values;
  return { name: absoluteName(name), type, ttlSeconds, values: texts.toSorted(), ...spelledAlias(alias) };
}

/** As it is sent. */
export function toSent({ name, type, ttlSeconds, values, alias }: RecordSet): ResourceRecordSet {
  if (alias === undefined)
    return { Name: name, Type: type, TTL: ttlSeconds, ResourceRecords: values.map((Value) => ({ Value })) };
  const { zoneId: HostedZoneId, dnsName: DNSName } = alias;
  // What leads nowhere is not to be answered with where something else does.
  return { Name: name, Type: type, AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: true } };
}

/** As it was seen. */
export function fromSeen({
  TTL = 0,
  ResourceRecords = [],
  AliasTarget,
}: ResourceRecordSet): Pick<RecordSet, 'ttlSeconds' | 'values' | 'alias'> {
  const values = ResourceRecords.flatMap(({ Value }) => Value ?? []).toSorted();
  const { HostedZoneId: zoneId = '', DNSName: dnsName = '' } = AliasTarget ?? {};
  return { ttlSeconds: TTL, values, ...spelledAlias(AliasTarget && { zoneId, dnsName }) };
}

function spelledAlias(alias: Alias | undefined): { readonly alias?: Alias } {
  return alias === undefined ? {} : { alias: { ...alias, dnsName: absoluteName(alias.dnsName) } };
}

/** Lower case, a dot at the end, and no escapes: Route 53 writes `*.` as `\052.`. */
export function absoluteName(name: string): string {
  const plain = name.replaceAll(/\\([0-7]{3})/g, (_escape, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
  return `${plain.toLowerCase().replace(/\.$/, '')}.`;
}

const TEXT_PART = /.{1,255}/gs;

/** A text of any length: one string holds 255 characters, and a value may have several. */
function quoted(text: string): string {
  const parts = text.match(TEXT_PART) ?? [''];
  return parts.map((part) => `"${part.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(' ');
}
