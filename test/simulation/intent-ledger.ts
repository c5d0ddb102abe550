import { z } from 'zod';
import { JOURNAL_PREFIX, HEAD_KEY, LEASE_KEY } from '#state/object-keys.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoreWrite } from './simulated-store.ts';

const Entry = z.looseObject({ type: z.string(), instanceId: z.string().optional() });
const JournalObject = z.looseObject({ generation: z.number(), seq: z.number(), entries: z.array(Entry) });
const Create = z.looseObject({ instanceId: z.string(), address: z.string(), kind: z.string(), inputs: z.unknown() });
const Update = z.looseObject({ instanceId: z.string(), inputs: z.unknown() });
const Stray = z.looseObject({ instanceId: z.string(), id: z.string() });
const Head = z.looseObject({ generation: z.number(), serial: z.number() });
const Lease = z.looseObject({ generation: z.number(), ttlMs: z.number(), released: z.boolean() });

/** What the journal says of one instance, read from the raw objects. */
export interface Intent {
  readonly instanceId: string;
  readonly address: string;
  readonly kind: string;
  readonly inputs: unknown;
  /** As last told; undefined: nothing is known of the object yet. */
  readonly outputs?: unknown;
  readonly may: 'create' | 'update' | 'destroy' | 'nothing';
  readonly isGone: boolean;
}

interface Fence {
  readonly journalGeneration: number;
  readonly journalSeq: number;
  readonly headGeneration: number;
  readonly headSerial: number;
  readonly leaseGeneration: number;
}

const OPEN_FENCE: Fence = { journalGeneration: 0, journalSeq: 0, headGeneration: 0, headSerial: 0, leaseGeneration: 0 };

/**
 * The durable truth as the store has it, folded from raw bodies without help from the engine or the state layer:
 * intents by instance, generations, and until when each process may send.
 */
export class IntentLedger {
  readonly #intents: Map<string, Intent>;
  readonly #current: Map<string, string>;
  readonly #strays: Set<string>;
  readonly #leases = new Map<SimulatedProcess, number>();
  #fence: Fence;
  isTombstone: boolean;
  /** Of the run that wrote last. */
  purpose: string;

  constructor(source?: IntentLedger) {
    this.#intents = new Map(source?.intents);
    this.#current = new Map(source?.current);
    this.#strays = new Set(source?.strayIds);
    this.#fence = source?.fence ?? OPEN_FENCE;
    this.isTombstone = source?.isTombstone ?? false;
    this.purpose = source?.purpose ?? '';
  }

  get intents(): ReadonlyMap<string, Intent> {
    return this.#intents;
  }

  get current(): ReadonlyMap<string, string> {
    return this.#current;
  }

  get strayIds(): ReadonlySet<string> {
    return this.#strays;
  }

  get fence(): Fence {
    return this.#fence;
  }

  /** The instance that was last made, or restored, at the address. */
  currentAt(address: string): Intent | undefined {
    const current = this.#intents.get(this.#current.get(address) ?? '');
    if (current?.isGone === false) return current;
    return [...this.#intents.values()].findLast((intent) => intent.address === address && !intent.isGone);
  }

  leaseUntilMs(process: SimulatedProcess): number {
    return this.#leases.get(process) ?? -Infinity;
  }

  /** Takes in an accepted write; answers what it broke. */
  take(write: StoreWrite): readonly string[] {
    if (write.key.startsWith(JOURNAL_PREFIX)) return this.#takeJournal(write.body);
    if (write.key === HEAD_KEY) return this.#takeHead(write.body);
    if (write.key === LEASE_KEY) return this.#takeLease(write);
    return [];
  }

  #takeJournal(body: string): readonly string[] {
    const { generation, seq, entries } = JournalObject.parse(JSON.parse(body));
    const { journalGeneration, journalSeq } = this.#fence;
    const broken: string[] = [];
    if (generation < journalGeneration)
      broken.push(`journal object ${seq} of generation ${generation} follows generation ${journalGeneration}`);
    if (seq !== journalSeq + 1) broken.push(`journal object ${seq} follows ${journalSeq}`);
    this.#fence = { ...this.#fence, journalGeneration: generation, journalSeq: seq };
    for (const entry of entries) this.#takeEntry(entry);
    return broken;
  }

  #takeEntry(entry: z.output<typeof Entry>): void {
    switch (entry.type) {
      case 'create':
      case 'adopt': {
        this.isTombstone = false;
        const { instanceId, address, kind, inputs } = Create.parse(entry);
        const may = entry.type === 'create' ? 'create' : 'update';
        this.#intents.set(instanceId, { instanceId, address, kind, inputs, may, isGone: false });
        this.#current.set(address, instanceId);
        return;
      }
      case 'update': {
        const { instanceId, inputs } = Update.parse(entry);
        this.#current.set(this.#intents.get(instanceId)?.address ?? '', instanceId);
        return this.#change(instanceId, { inputs, may: 'update' });
      }
      case 'created':
        return this.#change(entry.instanceId, { outputs: entry['outputs'] });
      case 'ready':
        return this.#change(entry.instanceId, { may: 'nothing', outputs: entry['outputs'] });
      case 'destroy':
        return this.#change(entry.instanceId, { may: 'destroy' });
      case 'gone':
        return this.#change(entry.instanceId, { may: 'nothing', isGone: true });
      case 'stray':
        this.#strays.add(Stray.parse(entry).id);
        return;
      case 'run':
        this.purpose = String(entry['purpose']);
        return;
      case 'tombstone':
        this.isTombstone = true;
        return;
      default:
    }
  }

  #change(instanceId: string | undefined, change: Partial<Intent>): void {
    const known = instanceId === undefined ? undefined : this.#intents.get(instanceId);
    if (known !== undefined) this.#intents.set(known.instanceId, { ...known, ...change });
  }

  #takeHead(body: string): readonly string[] {
    const { generation, serial } = Head.parse(JSON.parse(body));
    const { headGeneration, headSerial } = this.#fence;
    this.#fence = { ...this.#fence, headGeneration: generation, headSerial: serial };
    if (generation >= headGeneration && serial > headSerial) return [];
    return [`head ${generation}/${serial} follows ${headGeneration}/${headSerial}`];
  }

  #takeLease({ process, body, sentAtMs }: StoreWrite): readonly string[] {
    const { generation, ttlMs, released } = Lease.parse(JSON.parse(body));
    const { leaseGeneration } = this.#fence;
    this.#fence = { ...this.#fence, leaseGeneration: generation };
    this.#leases.set(process, released ? -Infinity : sentAtMs + ttlMs);
    const broken = generation < leaseGeneration ? [`lease generation ${generation} follows ${leaseGeneration}`] : [];
    const nowMs = process.clock.monotonicMs();
    for (const [other, untilMs] of this.#leases) {
      if (other === process || other.isDead || untilMs <= nowMs) continue;
      broken.push(`process ${process.number} takes the lease while process ${other.number} still holds it`);
    }
    return broken;
  }
}
