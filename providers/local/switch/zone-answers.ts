import { addressNumber } from '../ipv4.ts';
import { DNS_CODE, DNS_TYPE, nameData, type Question, type ResourceLine } from './dns-message.ts';

/** What a name stands for, in a zone. Names are whole, without a dot at their end. */
export interface NameRecord {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly ttlSeconds: number;
  readonly values: readonly string[];
}

/** The names that nobody else has a word on. */
export interface NameZone {
  readonly domain: string;
  /** Of the one that answers for it. */
  readonly serverAddress: string;
  readonly records: readonly NameRecord[];
}

export interface ZoneAnswer {
  readonly code: number;
  readonly answers: readonly ResourceLine[];
  readonly authority: readonly ResourceLine[];
}

/** How long others may remember that a name is not there: short, since names come as machines do. */
const ABSENT_SECONDS = 5;
const SERVER_SECONDS = 60;
const ALIASES_MAX = 8;
const TEXT_BYTES_MAX = 255;
const IPV6_GROUPS = 8;

/**
 * | the name                        | the type | answer               |
 * |---------------------------------|----------|----------------------|
 * | is not in the zone              |          | undefined: foreign   |
 * | is there, with the type         |          | its records          |
 * | is there, with an alias         | another  | the alias, and where it leads in the zone |
 * | is there, or others are below   | another  | none, and who says so |
 * | is not there                    |          | no such name, and who says so |
 *
 * A name `*.x` stands for all names below x that are not there themselves.
 */
export function answerFromZone(zone: NameZone, { name, type }: Question): ZoneAnswer | undefined {
  if (!isWithin(zone.domain, name)) return undefined;
  const answers: ResourceLine[] = [];
  let asked = name;
  for (let aliases = 0; aliases < ALIASES_MAX; aliases += 1) {
    const owner = ownerOf(zone, asked);
    if (owner === undefined) return { code: DNS_CODE.noSuchName, answers, authority: [startOf(zone)] };
    const own = linesAt(zone, owner).map((line) => ({ ...line, name: asked }));
    const fitting = own.filter((line) => type === DNS_TYPE.ANY || line.type === type);
    const alias = fitting.length > 0 ? undefined : recordsAt(zone, owner).find((record) => record.type === 'CNAME');
    answers.push(...(alias === undefined ? fitting : own.filter((line) => line.type === DNS_TYPE.CNAME)));
    const target = alias?.values[0]?.toLowerCase();
    if (target !== undefined && isWithin(zone.domain, target)) {
      asked = target;
      continue;
    }
    return { code: DNS_CODE.ok, answers, authority: answers.length === 0 ? [startOf(zone)] : [] };
  }
  return { code: DNS_CODE.failed, answers: [], authority: [] };
}

function isWithin(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** The name whose records answer for this one: itself, or the `*` beside it. Undefined: it does not exist. */
function ownerOf(zone: NameZone, name: string): string | undefined {
  if (exists(zone, name)) return name;
  let above = parentOf(name);
  while (!exists(zone, above)) above = parentOf(above);
  const wildcard = `*.${above}`;
  return recordsAt(zone, wildcard).length > 0 ? wildcard : undefined;
}

function exists(zone: NameZone, name: string): boolean {
  if (name === zone.domain || name === serverOf(zone)) return true;
  return zone.records.some((record) => record.name === name || record.name.endsWith(`.${name}`));
}

function parentOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

function recordsAt(zone: NameZone, name: string): readonly NameRecord[] {
  return zone.records.filter((record) => record.name === name);
}

function linesAt(zone: NameZone, name: string): readonly ResourceLine[] {
  const lines = recordsAt(zone, name).flatMap((record) =>
    record.values.map((value) => ({
      name,
      type: DNS_TYPE[record.type],
      ttlSeconds: record.ttlSeconds,
      data: dataOf(record.type, value),
    })),
  );
  if (name === zone.domain) return [...lines, startOf(zone), serverLine(zone)];
  if (name !== serverOf(zone) || lines.length > 0) return lines;
  return [{ name, type: DNS_TYPE.A, ttlSeconds: SERVER_SECONDS, data: dataOf('A', zone.serverAddress) }];
}

function serverOf({ domain }: NameZone): string {
  return `ns.${domain}`;
}

function serverLine(zone: NameZone): ResourceLine {
  return { name: zone.domain, type: DNS_TYPE.NS, ttlSeconds: SERVER_SECONDS, data: nameData(serverOf(zone)) };
}

function startOf(zone: NameZone): ResourceLine {
  const numbers = Buffer.alloc(20);
  // Serial, refresh, retry, expire: nobody copies this zone; the last is how long absence may be remembered.
  [1, 3_600, 600, 86_400, ABSENT_SECONDS].forEach((number, index) => numbers.writeUInt32BE(number, index * 4));
  const data = Buffer.concat([nameData(serverOf(zone)), nameData(`hostmaster.${zone.domain}`), numbers]);
  return { name: zone.domain, type: DNS_TYPE.SOA, ttlSeconds: ABSENT_SECONDS, data };
}

function dataOf(type: NameRecord['type'], value: string): Buffer {
  switch (type) {
    case 'A': {
      const data = Buffer.alloc(4);
      data.writeUInt32BE(addressNumber(value), 0);
      return data;
    }
    case 'AAAA':
      return ipv6Data(value);
    case 'CNAME':
      return nameData(value.toLowerCase());
    case 'TXT':
      return textData(value);
  }
}

function textData(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const count = Math.max(1, Math.ceil(bytes.length / TEXT_BYTES_MAX));
  const parts = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * TEXT_BYTES_MAX, (index + 1) * TEXT_BYTES_MAX),
  );
  return Buffer.concat(parts.flatMap((part) => [Buffer.from([part.length]), part]));
}

function ipv6Data(value: string): Buffer {
  const [head = '', tail] = value.split('::');
  const groups = (text: string): readonly string[] => text.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const between = tail === undefined ? 0 : IPV6_GROUPS - first.length - last.length;
  const all = [...first, ...Array.from({ length: Math.max(0, between) }, () => '0'), ...last];
  const data = Buffer.alloc(2 * IPV6_GROUPS);
  all.slice(0, IPV6_GROUPS).forEach((group, index) => data.writeUInt16BE(Number.parseInt(group, 16), index * 2));
  return data;
}
