import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** What answers a question for one name and type. */
export interface RecordSet {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly ttlSeconds: number;
  readonly values: readonly string[];
}

/** As Route 53 spells it: the name ends in a dot, texts stand in quotes. Sorted, as it keeps no order. */
export function spelled({ name, type, ttlSeconds, values }: RecordSet): RecordSet {
  const texts = type === 'TXT' ? values.map(quoted) : values;
  return { name: absoluteName(name), type, ttlSeconds, values: texts.toSorted() };
}

/** As it is sent. */
export function toSent({ name, type, ttlSeconds, values }: RecordSet): ResourceRecordSet {
  return { Name: name, Type: type, TTL: ttlSeconds, ResourceRecords: values.map((Value) => ({ Value })) };
}

/** As it was seen. What is no plain record set, such as an alias, has no values. */
export function fromSeen({
  TTL = 0,
  ResourceRecords = [],
}: ResourceRecordSet): Pick<RecordSet, 'ttlSeconds' | 'values'> {
  return { ttlSeconds: TTL, values: ResourceRecords.flatMap(({ Value }) => Value ?? []).toSorted() };
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
