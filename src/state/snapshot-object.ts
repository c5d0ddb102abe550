import { z } from 'zod';
import { isAddress, isClusterUid, isInstanceId } from '#engine/address.ts';
import { ClusterState, type ClusterStateDocument } from '#engine/cluster-state.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { sha256Hex } from '#std/hash.ts';
import { checkStored, parseStored, STATE_FORMAT } from './format.ts';
import type { JournalCodec, JournalTip } from './journal-log.ts';
import { snapshotKey } from './object-keys.ts';
import { mayHoldSealed, type Seal } from './seal.ts';
import { corrupt } from './store-problem.ts';

const address = z.string().refine(isAddress);
const instanceId = z.string().refine(isInstanceId);
const RecordedProblem = z.strictObject({ code: z.string(), detail: z.string() });

const recordBase = {
  address,
  kind: z.string(),
  instanceId,
  incarnation: z.number().int().positive(),
  inputs: z.unknown(),
  dependsOn: z.array(address).readonly(),
  within: z.union([address, z.undefined()]),
  retain: z.boolean(),
  deposed: z.boolean(),
  problem: z.union([RecordedProblem, z.undefined()]),
  outputs: z.unknown(),
};

const StoredRecord = z.discriminatedUnion('status', [
  z.strictObject({
    ...recordBase,
    status: z.literal('creating'),
    variant: z.string(),
    attempt: z.number().int().positive(),
    lot: z.array(instanceId).readonly().optional(),
  }),
  z.strictObject({
    ...recordBase,
    status: z.literal('ready'),
    readyAtMs: z.number(),
    isChanged: z.boolean().optional(),
  }),
  z.strictObject({ ...recordBase, status: z.literal('updating'), previousInputs: z.unknown() }),
  z.strictObject({ ...recordBase, status: z.literal('destroying') }),
]);

const Tip = z.strictObject({
  seq: z.number().int().positive(),
  generation: z.number().int().positive(),
  sha256: z.string(),
});

const SnapshotObject = z.strictObject({
  format: z.literal(STATE_FORMAT),
  nonce: z.string(),
  /** The journal up to here is contained. */
  tip: Tip,
  /** The last journal object that held entries. */
  serial: z.number().int().nonnegative(),
  cluster: z.string().refine(isClusterUid),
  nextIncarnation: z.number().int().positive(),
  appliedBlueprint: z.string().optional(),
  released: z.array(instanceId).readonly(),
  tombstone: z.boolean(),
  records: z.array(StoredRecord).readonly(),
});

export interface EncodedSnapshot {
  readonly key: string;
  readonly sha256: string;
  readonly body: string;
}

/** Encodes snapshots one after the other. A record never changes, only its place is taken: each is encoded once. */
export class SnapshotEncoder {
  readonly #seal: Seal;
  readonly #texts = new WeakMap<ResourceRecord, string>();

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  encode(state: ClusterState, tip: JournalTip, nonce: string): EncodedSnapshot {
    const { records, ...facts } = state.toDocument();
    const opening = JSON.stringify({ format: STATE_FORMAT, nonce, tip, serial: state.serial, ...facts });
    const texts = records.map((record) => this.#textOf(record)).join(',');
    const body = `${opening.slice(0, -1)},"records":[${texts}]}`;
    const sha256 = sha256Hex(body);
    return { key: snapshotKey(tip.seq, sha256), sha256, body };
  }

  #textOf(record: ResourceRecord): string {
    const known = this.#texts.get(record);
    if (known !== undefined) return known;
    const text = JSON.stringify(this.#seal.close(record, record.instanceId));
    this.#texts.set(record, text);
    return text;
  }
}

export interface DecodedSnapshot {
  readonly state: ClusterState;
  readonly tip: JournalTip;
}

export function decodeSnapshot(codec: JournalCodec, key: string, body: string): DecodedSnapshot {
  const stored = parseStored({ key, kind: 'snapshot', body }, codec.migrations);
  const records = readRecords(stored['records'], mayHoldSealed(body) ? codec.seal : undefined);
  const { tip, serial, ...document } = checkStored(key, SnapshotObject, { ...stored, records });
  if (document.cluster !== codec.lineage) throw corrupt(key, 'it belongs to another cluster');
  const restored: ClusterStateDocument = document;
  return { state: ClusterState.restore(restored, serial), tip };
}

function readRecords(records: unknown, seal: Seal | undefined): unknown {
  return Array.isArray(records) ? records.map((record: unknown) => readRecord(record, seal)) : records;
}

/** JSON leaves out what is undefined; a record names it. */
function readRecord(record: unknown, seal: Seal | undefined): unknown {
  if (typeof record !== 'object' || record === null) return record;
  const id = 'instanceId' in record && typeof record.instanceId === 'string' ? record.instanceId : '';
  const opened = seal?.open(record, id) ?? record;
  const left = { inputs: undefined, outputs: undefined, within: undefined, problem: undefined };
  const updating = 'status' in record && record.status === 'updating' ? { previousInputs: undefined } : {};
  return { ...left, ...updating, ...opened };
}
