import type { Address, InstanceId } from './address.ts';
import { resourceContext } from './calls.ts';
import type { Journal } from './journal.ts';
import { LotDesk } from './lots.ts';
import { look, type Sight, type Sighting } from './look.ts';
import { problem } from './problem.ts';
import type { ProblemCode } from './problem-catalogue.ts';
import type { ReadyRecord, ResourceRecord } from './record.ts';
import type { Present, Progress, ResourceContext, ResourceType } from './resource.ts';
import type { EngineRuntime } from './runtime.ts';

/** What every step of an apply works with. */
export class Work {
  readonly runtime: EngineRuntime;
  readonly journal: Journal;
  /** Aborts when nothing may be awaited any more: the lease is lost, or the operator left. */
  readonly signal: AbortSignal;
  readonly lots: LotDesk;
  readonly #startedAtMs: number;
  readonly #claimed = new Set<InstanceId>();
  readonly #destroyed = new Map<InstanceId, { readonly id: string; readonly atMs: number }>();
  readonly #outputs = new Map<Address, unknown>();
  #nextIncarnation: number;
  #urgencies: ReadonlyMap<Address, number> = new Map();

  constructor(runtime: EngineRuntime, journal: Journal, signal: AbortSignal) {
    this.runtime = runtime;
    this.journal = journal;
    this.signal = signal;
    this.lots = new LotDesk(journal, runtime.clock);
    this.#startedAtMs = runtime.clock.monotonicMs();
    this.#nextIncarnation = journal.snapshot.nextIncarnation;
  }

  serveFirst(urgencies: ReadonlyMap<Address, number>): void {
    this.#urgencies = urgencies;
  }

  takeIncarnation(): number {
    this.#nextIncarnation += 1;
    return this.#nextIncarnation - 1;
  }

  typeOf(kind: string, address: Address): ResourceType {
    const type = this.runtime.provider.types.get(kind);
    if (type !== undefined) return type;
    throw problem('blueprint.kind-unknown', { address, detail: `Nothing here knows the kind ${kind}.` });
  }

  contextOf({ address, instanceId }: Pick<ResourceRecord, 'address' | 'instanceId'>): ResourceContext {
    const { runtime, journal, signal } = this;
    const { cluster } = journal.snapshot;
    const urgency = this.#urgencies.get(address);
    return resourceContext({ runtime, journal, signal, cluster, address, instanceId, urgency });
  }

  sightOf(record: ResourceRecord): Sight {
    return { runtime: this.runtime, type: this.typeOf(record.kind, record.address), context: this.contextOf(record) };
  }

  look(record: ResourceRecord): Promise<Sighting> {
    return look(this.sightOf(record), record);
  }

  /** The object carries the mark of exactly this instance of this cluster. */
  isOurs({ instanceId }: ResourceRecord, { owner }: Present<unknown>): boolean {
    return owner?.cluster === this.journal.snapshot.cluster && owner.instanceId === instanceId;
  }

  record(instanceId: InstanceId): ResourceRecord {
    const record = this.journal.snapshot.records.get(instanceId);
    if (record !== undefined) return record;
    throw problem('internal', { detail: `The state has no instance ${instanceId}.` });
  }

  /**
   * Dependents need not wait until this is durable: their intents come after it in the same journal.
   * Should it not become durable, the lease is lost, and the run with it.
   */
  reportReady({ address, instanceId }: ResourceRecord, outputs: unknown): void {
    this.#outputs.set(address, outputs);
    const atMs = this.runtime.clock.wallMs();
    this.journal.append({ type: 'ready', instanceId, outputs, atMs }).catch(() => undefined);
  }

  /** What is known of the resource that holds the address, as of this moment. */
  outputsOf(address: Address): unknown {
    return this.#outputs.get(address) ?? this.journal.snapshot.current(address)?.outputs;
  }

  /** Resolves when nothing that was sent before this run began can still arrive or still be invisible. */
  async outwaitEarlierRequests(): Promise<void> {
    const { requestAgeMaxMs, visibleWithinMs } = this.runtime.provider.consistency;
    // Counted from our own start: wall clocks of earlier processes prove nothing.
    const leftMs = this.#startedAtMs + requestAgeMaxMs + visibleWithinMs - this.runtime.clock.monotonicMs();
    if (leftMs > 0) await this.runtime.clock.sleep(leftMs, this.signal);
  }

  /**
   * What was changed a moment ago may still be seen as it was before that, and be taken for the next change when that
   * goes back. Wall clocks of two runs may differ; this costs a pause too much or misses one, and breaks nothing else.
   */
  async outwaitOldSights({ isChanged, readyAtMs }: ReadyRecord): Promise<void> {
    const { clock, provider } = this.runtime;
    const { visibleWithinMs } = provider.consistency;
    const ageMs = Math.abs(clock.wallMs() - readyAtMs);
    if (isChanged === true && ageMs < visibleWithinMs) await clock.sleep(visibleWithinMs - ageMs, this.signal);
  }

  /**
   * Until then a request may arrive that makes the object anew after its end. Of what bears our mark that is no matter: a
   * sweep finds it.
   */
  endsForGoodAtMs(record: ResourceRecord): number {
    const { clock, provider } = this.runtime;
    const nowMs = clock.monotonicMs();
    if (this.typeOf(record.kind, record.address).bearsNoMark !== true) return nowMs;
    const ageMs = record.status === 'ready' ? Math.abs(clock.wallMs() - record.readyAtMs) : 0;
    return nowMs + Math.max(0, provider.consistency.requestAgeMaxMs - ageMs);
  }

  /** A look may still miss what earlier runs did. */
  mayReadBehind(): boolean {
    const { visibleWithinMs } = this.runtime.provider.consistency;
    return this.runtime.clock.monotonicMs() < this.#startedAtMs + visibleWithinMs;
  }

  /** An instance is brought back or torn down in one run, never both: whoever comes first may. */
  claim(instanceId: InstanceId): boolean {
    if (this.#claimed.has(instanceId)) return false;
    this.#claimed.add(instanceId);
    return true;
  }

  noteDestroyed({ instanceId, kind, address, outputs }: ResourceRecord, atMs: number): void {
    if (outputs !== undefined) this.#destroyed.set(instanceId, { id: this.typeOf(kind, address).idOf(outputs), atMs });
  }

  /**
   * This run saw its end a moment ago: a listing that still shows it may lag behind. Later it is another one, which a
   * late request has made under the same name.
   */
  wasJustDestroyed(instanceId: InstanceId, id: string): boolean {
    const { clock, provider } = this.runtime;
    const end = this.#destroyed.get(instanceId);
    return end?.id === id && clock.monotonicMs() < end.atMs + provider.consistency.visibleWithinMs;
  }

  pause(ms: number = this.runtime.provider.consistency.pollMs): Promise<void> {
    return this.runtime.clock.sleep(ms, this.signal);
  }

  waitFor(record: ResourceRecord, waitingFor: string): Patience {
    return new Patience(this, record, waitingFor);
  }
}

const FIRST_BEAT = 1 / 8;
const BEATS = [1, 1 / 2, 1 / 4] as const;
/** Of the time already waited: nothing is overslept by more than this share of it. */
const LATER_PAUSE = 1 / 4;

/** A wait with a deadline that says what it waits for. */
export class Patience {
  readonly #work: Work;
  readonly #record: ResourceRecord;
  readonly #startedAtMs: number;
  readonly #deadlineMs: number;
  #waitingFor: string;
  #said = '';

  constructor(work: Work, record: ResourceRecord, waitingFor: string) {
    this.#work = work;
    this.#record = record;
    this.#waitingFor = waitingFor;
    this.#startedAtMs = work.runtime.clock.monotonicMs();
    const { patience = 1 } = work.typeOf(record.kind, record.address);
    this.#deadlineMs = this.#startedAtMs + patience * work.runtime.provider.deadlines.conditionMs;
  }

  /** Waits a moment, or gives up with `code` when the deadline has passed. */
  async wait(code: ProblemCode, waitingFor: string = this.#waitingFor, progress?: Progress): Promise<void> {
    this.#waitingFor = waitingFor;
    const { address, instanceId } = this.#record;
    if (this.#work.runtime.clock.monotonicMs() > this.#deadlineMs) {
      throw problem(code, { address, detail: `Waited in vain for ${waitingFor}.` });
    }
    if (this.#said !== waitingFor) {
      this.#said = waitingFor;
      this.#work.runtime.emit({
        type: 'waiting',
        address,
        instanceId,
        waitingFor,
        progress,
        deadlineMs: this.#deadlineMs,
      });
    }
    await this.#work.pause(this.#pauseMs());
  }

  /**
   * Most of what is awaited is there in a moment; what is not is looked at with less haste. All who wait as long wake in
   * the same moment, so that one request can answer them.
   */
  #pauseMs(): number {
    const { clock, provider } = this.#work.runtime;
    const nowMs = clock.monotonicMs();
    const { pollMs } = provider.consistency;
    const waitedMs = nowMs - this.#startedAtMs;
    const beatMs = pollMs * (BEATS.find((beat) => pollMs * beat <= waitedMs * LATER_PAUSE) ?? FIRST_BEAT);
    return beatMs - (nowMs % beatMs);
  }
}
