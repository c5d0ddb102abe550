import { renewalNumber } from '#host/protocol.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import type { NormalForm } from '../cloud.ts';
import type { IntentLedger } from '../intent-ledger.ts';
import { isRecord, type Mirrored } from './mirror.ts';

/** What differs from run to run: drawn by the service, or a matter of time. */
const DRAWN = new Set([
  'id',
  'arn',
  'reservationId',
  'clientToken',
  'callerReference',
  'launchIndex',
  'lifeSeed',
  'fate',
  'box',
  'nameServers',
  'dnsName',
  'spotRequestId',
  'material',
  'tags',
  'stub',
]);
const MOMENT = /Ms$/;

/** Where a machine came to stand, and as what: it may be another zone or type when one had no capacity. */
const PLACE = new Set(['zone', 'subnetId', 'instanceType', 'privateIp', 'publicIp']);
const PLACED = new Set(['instance', 'volume']);

/** Memories of the service, and the past of objects: nobody has them. */
const NO_OBJECTS = new Set([
  'client-token',
  'caller-reference',
  'delivered-welcome',
  'touched-letter',
  'object-version',
  'dns-change',
  'zone-activity',
  'managed-interface',
]);

/** The account's objects in words that are the same in every run: ids become addresses. */
export function accountForm(ours: readonly Mirrored[], ledger: IntentLedger): NormalForm {
  const names = namesOf(ours, ledger);
  const lines = ours.filter(({ kind }) => !NO_OBJECTS.has(kind)).flatMap((object) => lineOf(object, names) ?? []);
  return lines.toSorted();
}

type Names = ReadonlyMap<string, string>;

function namesOf(ours: readonly Mirrored[], ledger: IntentLedger): Names {
  const names = new Map<string, string>();
  for (const { id, owner, value } of ours) {
    const address = ledger.intents.get(owner?.instanceId ?? '')?.address;
    if (owner === undefined || address === undefined) continue;
    for (const known of [id, value['box'], value['publicIp'], value['privateIp']])
      // What derives from the cluster is the same in every run.
      if (typeof known === 'string' && !known.includes(owner.cluster)) names.set(known, address);
  }
  for (const { instanceId, address } of ledger.intents.values()) names.set(instanceId, address);
  return names;
}

function lineOf({ kind, id, value, owner }: Mirrored, names: Names): string | undefined {
  if (kind === 'current-version') return letterLine(id, names);
  if (kind === 'record-set' && (value['type'] === 'NS' || value['type'] === 'SOA')) return undefined;
  const subject = owner === undefined ? 'nobody' : (names.get(owner.instanceId) ?? 'nowhere');
  return `${kind} of ${subject} ${canonicalJson(withoutDrawn(value, kind, names))}`;
}

/**
 * Letters of machines that are gone say nothing any more. How many it took to tell one of several rotations depends on which of
 * them went on together.
 */
function letterLine(id: string, names: Names): string | undefined {
  const [, box, letter] = /\/mailbox\/[^/]+\/([^/]+)\/(.+)$/.exec(id) ?? [];
  if (box === undefined || letter === undefined) return `object ${id}`;
  const address = names.get(box);
  const isLeftOut = address === undefined || renewalNumber(letter) !== undefined;
  return isLeftOut ? undefined : `letter of ${address}: ${renamed(letter, names)}`;
}

function withoutDrawn(value: unknown, kind: string, names: Names): unknown {
  if (typeof value === 'string') return renamed(value, names);
  if (Array.isArray(value)) return value.map((item: unknown) => withoutDrawn(item, kind, names)).toSorted(byText);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !DRAWN.has(key) && !MOMENT.test(key) && !(PLACED.has(kind) && PLACE.has(key)),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutDrawn(item, kind, names)]));
}

function byText(left: unknown, right: unknown): number {
  return canonicalJson(left) < canonicalJson(right) ? -1 : 1;
}

function renamed(text: string, names: Names): string {
  const name = names.get(text);
  if (name !== undefined) return `‹${name}›`;
  let result = text;
  for (const [from, to] of names) if (result.includes(from)) result = result.replaceAll(from, `‹${to}›`);
  return result.replaceAll(OTHER_ID, '‹$1›');
}

/** Of what bears no mark, such as the group that every network is made with. Images have the same id in every run. */
const OTHER_ID = /\b(?!ami-)([a-z]+)-0[0-9a-f]{16}\b/g;
