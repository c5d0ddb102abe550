import { assert, assertNever } from '#std/assert.ts';
import type { Address, ClusterUid, InstanceId } from './address.ts';
import type { JournalEntry } from './journal.ts';
import type { ResourceRecord, Snapshot } from './record.ts';

type EntryOf<Type extends JournalEntry['type']> = Extract<JournalEntry, { type: Type }>;

/** Everything a snapshot stores; folding the later journal on top gives the present. */
export interface ClusterStateDocument {
  readonly cluster: ClusterUid;
  readonly records: readonly ResourceRecord[];
  readonly nextIncarnation: number;
  readonly appliedBlueprint?: string | undefined;
  readonly released: readonly InstanceId[];
  readonly tombstone: boolean;
}

/** The journal folded: one record per physical object that exists, may exist, or is being destroyed. */
export class ClusterState implements Snapshot {
  readonly cluster: ClusterUid;
  readonly records = new Map<InstanceId, ResourceRecord>();
  serial = 0;
  nextIncarnation = 1;
  appliedBlueprint: string | undefined;
  tombstone = false;
  readonly released = new Set<InstanceId>();
  readonly #instances = new Map<Address, InstanceId[]>();

  constructor(cluster: ClusterUid) {
    this.cluster = cluster;
  }

  static restore(document: ClusterStateDocument, serial: number): ClusterState {
    const state = new ClusterState(document.cluster);
    for (const record of document.records) state.#put(record);
    state.serial = serial;
    state.nextIncarnation = document.nextIncarnation;
    state.appliedBlueprint = document.appliedBlueprint;
    state.tombstone = document.tombstone;
    for (const instanceId of document.released) state.released.add(instanceId);
    return state;
  }

  toDocument(): ClusterStateDocument {
    const { cluster, nextIncarnation, appliedBlueprint, tombstone } = this;
    const [records, released] = [[...this.records.values()], [...this.released]];
    return { cluster, records, nextIncarnation, appliedBlueprint, released, tombstone };
  }

  instancesAt(address: Address): readonly ResourceRecord[] {
    return (this.#instances.get(address) ?? []).map((id) => this.#get(id));
  }

  current(address: Address): ResourceRecord | undefined {
    return this.instancesAt(address).find((record) => !record.deposed);
  }

  /** A journal object without entries only marks a new generation: plans made before it stay valid. */
  foldObject(seq: number, entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.fold(entry);
    if (entries.length > 0) this.serial = seq;
  }

  fold(entry: JournalEntry): void {
    switch (entry.type) {
      case 'run':
      case 'stray':
        return;
      case 'run-end':
        if (entry.ok) this.appliedBlueprint = entry.blueprint;
        return;
      case 'tombstone':
        this.tombstone = true;
        return;
      case 'create':
        return this.#foldCreate(entry);
      case 'created':
        return this.#change(entry.instanceId, (record) => ({ ...record, outputs: entry.outputs }));
      case 'adopt':
        return this.#foldAdopt(entry);
      case 'update':
        return this.#foldUpdate(entry);
      case 'ready':
        return this.#foldReady(entry);
      case 'failed':
        return this.#change(entry.instanceId, (record) => ({ ...record, problem: entry.problem }));
      case 'destroy':
        return this.#foldDestroy(entry);
      case 'gone':
        if (entry.because === 'retained' || entry.because === 'abandoned') this.released.add(entry.instanceId);
        return this.#remove(entry.instanceId);
      default:
        assertNever(entry);
    }
  }

  #foldCreate(entry: EntryOf<'create'>): void {
    const { type: _type, ...declared } = entry;
    this.tombstone = false;
    this.#deposeOthers(entry.address, entry.instanceId);
    this.nextIncarnation = Math.max(this.nextIncarnation, entry.incarnation + 1);
    this.#put({
      ...declared,
      within: entry.within,
      status: 'creating',
      outputs: undefined,
      deposed: false,
      problem: undefined,
    });
  }

  #foldAdopt(entry: EntryOf<'adopt'>): void {
    const { type: _type, ...declared } = entry;
    this.tombstone = false;
    this.#deposeOthers(entry.address, entry.instanceId);
    this.nextIncarnation = Math.max(this.nextIncarnation, entry.incarnation + 1);
    const base = { ...declared, within: entry.within, deposed: false, problem: undefined };
    this.#put({ ...base, status: 'updating', previousInputs: undefined });
  }

  #foldUpdate(entry: EntryOf<'update'>): void {
    const record = this.#get(entry.instanceId);
    this.#deposeOthers(record.address, record.instanceId);
    const { inputs, dependsOn, within, retain } = entry;
    const { address, kind, instanceId, incarnation, outputs } = record;
    const previousInputs = record.status === 'updating' ? record.previousInputs : record.inputs;
    const identity = { address, kind, instanceId, incarnation, deposed: false, problem: undefined };
    this.#put({ ...identity, inputs, dependsOn, within, retain, status: 'updating', outputs, previousInputs });
  }

  #foldReady({ instanceId, outputs, atMs }: EntryOf<'ready'>): void {
    const { address, kind, incarnation, inputs, dependsOn, within, retain, deposed, status } = this.#get(instanceId);
    const identity = { address, kind, instanceId, incarnation, deposed, problem: undefined };
    const ready = {
      ...identity,
      inputs,
      dependsOn,
      within,
      retain,
      status: 'ready',
      outputs,
      readyAtMs: atMs,
    } as const;
    this.#put(status === 'updating' ? { ...ready, isChanged: true } : ready);
  }

  #foldDestroy({ instanceId }: EntryOf<'destroy'>): void {
    const { address, kind, incarnation, inputs, dependsOn, within, retain, deposed, outputs } = this.#get(instanceId);
    const identity = { address, kind, instanceId, incarnation, deposed, problem: undefined };
    this.#put({ ...identity, inputs, dependsOn, within, retain, status: 'destroying', outputs });
  }

  #deposeOthers(address: Address, keep: InstanceId): void {
    for (const id of this.#instances.get(address) ?? []) {
      if (id !== keep) this.#change(id, (record) => ({ ...record, deposed: true }));
    }
  }

  #change(id: InstanceId, change: (record: ResourceRecord) => ResourceRecord): void {
    this.#put(change(this.#get(id)));
  }

  #get(id: InstanceId): ResourceRecord {
    const record = this.records.get(id);
    assert(record !== undefined, `The journal speaks of instance ${id} before creating it.`);
    return record;
  }

  #put(record: ResourceRecord): void {
    const known = this.records.has(record.instanceId);
    this.records.set(record.instanceId, record);
    if (known) return;
    const siblings = this.#instances.get(record.address);
    if (siblings === undefined) this.#instances.set(record.address, [record.instanceId]);
    else siblings.push(record.instanceId);
  }

  /** When a replacement is given up, the youngest instance left takes the address back. */
  #remove(id: InstanceId): void {
    const { address, deposed } = this.#get(id);
    this.records.delete(id);
    const left = (this.#instances.get(address) ?? []).filter((sibling) => sibling !== id);
    if (left.length === 0) this.#instances.delete(address);
    else this.#instances.set(address, left);
    const heir = left.at(-1);
    if (!deposed && heir !== undefined) this.#change(heir, (record) => ({ ...record, deposed: false }));
  }
}
