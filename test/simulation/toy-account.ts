import { canonicalJson } from '#std/canonical-json.ts';
import { CallError, type RejectionReason } from '#engine/call.ts';
import type { FaultLottery } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import { type Entry, isUnlisted, newest, phaseAt, type ToyObject, type ToyOwner, versionAsOf } from './toy-object.ts';
import { BREAKING_IMAGE, REFUSED_SIZE, TOY_RULES, type ToyKind, type ToyValues } from './toy-rules.ts';

/** Everything the account is: plain data. */
export interface ToyAccountData {
  nextNumber: number;
  readonly entries: Map<string, Entry>;
  /** Token and zone → the object made, and the request that made it. */
  readonly tokens: Map<string, { readonly id: string; readonly request: string }>;
}

export interface CreateRequest {
  readonly kind: ToyKind;
  readonly values: ToyValues;
  readonly owner: ToyOwner | undefined;
  readonly token?: string;
  readonly zone?: string;
}

export interface Surroundings {
  readonly nowMs: () => number;
  readonly random: SeededRandom;
  readonly faults: FaultLottery;
  /** How far reads may be behind. */
  readonly visibleWithinMs: number;
}

export interface SeenObject {
  readonly object: ToyObject;
  readonly phase: ReturnType<typeof phaseAt>;
}

/** What the watcher is told of each change, at the moment of its effect. */
export interface AccountWatcher {
  created(object: ToyObject): void;
  changed(before: ToyObject, after: ToyObject): void;
}

/** The toy cloud: rules like those of real services, and meaner. Reads lag, each by itself; writes see the truth. */
export class ToyAccount {
  readonly data: ToyAccountData;
  readonly #around: Surroundings;
  watcher: AccountWatcher | undefined;
  #forgotUntilMs = 0;

  constructor(data: ToyAccountData, around: Surroundings) {
    this.data = data;
    this.#around = around;
  }

  /** Every object that still holds something, as it truly is. */
  living(): readonly ToyObject[] {
    const nowMs = this.#around.nowMs();
    return [...this.data.entries.values()].map(newest).filter((object) => phaseAt(object, nowMs) !== 'gone');
  }

  create(request: CreateRequest): ToyObject {
    const { kind, values, token, zone = '' } = request;
    const known = token === undefined ? undefined : this.#byToken(token, zone, request);
    if (known !== undefined) return known;
    if (kind === 'toy.server') this.#requireCapacity(zone);
    if (this.#around.faults.strikes('quota')) throw rejected('quota', `The quota of ${kind} is reached.`);
    if (values['size'] === REFUSED_SIZE) throw rejected('invalid', `There is no size ${REFUSED_SIZE}.`);
    for (const key of TOY_RULES[kind].refersTo) this.#requireReference(values, key);
    this.#requireUnique(kind, values);
    return this.#make(request, zone);
  }

  update(kind: ToyKind, id: string, changes: ToyValues): ToyObject {
    const object = this.#require(kind, id);
    this.#requireHost(object);
    const illegal = Object.keys(changes).find((key) => !TOY_RULES[kind].mutable.includes(key));
    if (illegal !== undefined) throw rejected('invalid', `${illegal} of a ${kind} cannot change.`);
    if (changes['size'] === REFUSED_SIZE) throw rejected('invalid', `There is no size ${REFUSED_SIZE}.`);
    return this.#change(object, { ...object, values: { ...object.values, ...changes } });
  }

  remove(kind: ToyKind, id: string): void {
    const object = this.#require(kind, id);
    this.#requireHost(object);
    if (object.removedAtMs !== undefined) return;
    const nowMs = this.#around.nowMs();
    const blocker = this.#blockerOf(object, nowMs);
    if (blocker !== undefined) this.#around.faults.count('dependency-violation');
    // What used it has been gone for a while, but the service has not noticed yet.
    const lingers = blocker === undefined && this.#around.faults.strikes('dependency-violation');
    if (blocker !== undefined || lingers)
      throw rejected('dependency', `${id} is in use by ${blocker?.id ?? 'something'}.`);
    const goneAtMs = nowMs + this.#around.random.between(...TOY_RULES[kind].goesWithinMs);
    this.#change(object, { ...object, removedAtMs: nowMs, goneAtMs });
    this.#takeAlong(id, nowMs, goneAtMs);
  }

  /** Objects that a read sees: each as it was at some moment within the lag. */
  read(kind: ToyKind, fits: (object: ToyObject) => boolean): readonly SeenObject[] {
    this.#forget(this.#around.nowMs());
    const seen: SeenObject[] = [];
    for (const entry of this.data.entries.values()) {
      if (newest(entry).kind !== kind) continue;
      const visible = this.#see(entry);
      if (visible !== undefined && fits(visible.object)) seen.push(visible);
    }
    return seen;
  }

  /** The same for one object whose id is known. */
  readOne(kind: ToyKind, id: string): SeenObject | undefined {
    const entry = this.data.entries.get(id);
    return entry === undefined || newest(entry).kind !== kind ? undefined : this.#see(entry);
  }

  #see(entry: Entry): SeenObject | undefined {
    const asOfMs = this.#asOf(entry);
    const object = versionAsOf(entry, asOfMs);
    const { faults } = this.#around;
    if (object === undefined) {
      faults.count('not-found-after-create');
      return undefined;
    }
    if (object !== newest(entry)) faults.count('stale-read');
    if (isUnlisted(object, asOfMs)) return undefined;
    const isYoung = this.#around.nowMs() - object.createdAtMs < this.#around.visibleWithinMs;
    const bare = isYoung && object.owner !== undefined && faults.strikes('missing-tags');
    const phase = phaseAt(object, asOfMs);
    if (phase === 'gone') faults.count('still-listed');
    return { object: bare ? { ...object, owner: undefined } : object, phase };
  }

  #asOf(entry: Entry): number {
    const { nowMs, faults, random, visibleWithinMs } = this.#around;
    const lately = entry.versions.at(-1)?.atMs ?? 0;
    if (!faults.isPossible('stale-read') || nowMs() - lately > visibleWithinMs) return nowMs();
    return nowMs() - random.between(0, visibleWithinMs);
  }

  /** Versions and objects that no read can see any more. */
  #forget(nowMs: number): void {
    const oldestMs = nowMs - this.#around.visibleWithinMs;
    if (this.#forgotUntilMs > oldestMs) return;
    this.#forgotUntilMs = nowMs;
    for (const [id, entry] of this.data.entries) {
      if (entry.versions.length > 1) {
        const first = entry.versions.findLastIndex((version) => version.atMs <= oldestMs);
        if (first > 0) entry.versions = entry.versions.slice(first);
      }
      if (isUnlisted(newest(entry), oldestMs)) this.data.entries.delete(id);
    }
  }

  #make({ kind, values, owner, token }: CreateRequest, zone: string): ToyObject {
    const { random, faults } = this.#around;
    const nowMs = this.#around.nowMs();
    const readyAtMs = nowMs + random.between(...TOY_RULES[kind].startsWithinMs);
    const breaks =
      kind === 'toy.server' && (values['image'] === BREAKING_IMAGE || faults.strikes('breaks-while-starting'));
    const id = `${kind.slice(4)}-${this.data.nextNumber}`;
    const breaksAtMs = breaks ? readyAtMs : undefined;
    const life = { createdAtMs: nowMs, readyAtMs, breaksAtMs, removedAtMs: undefined, goneAtMs: undefined };
    const object: ToyObject = { id, kind, values, owner, zone, ...life };
    this.data.nextNumber += 1;
    this.data.entries.set(id, { versions: [{ atMs: nowMs, object }] });
    if (token !== undefined) this.data.tokens.set(`${token}@${zone}`, { id, request: requestText(values) });
    this.watcher?.created(object);
    return object;
  }

  #byToken(token: string, zone: string, { values }: CreateRequest): ToyObject | undefined {
    const key = `${token}@${zone}`;
    const known = this.data.tokens.get(key);
    if (known === undefined) return undefined;
    const { faults } = this.#around;
    if (faults.strikes('token-forgotten')) {
      this.data.tokens.delete(key);
      return undefined;
    }
    if (faults.strikes('parameter-mismatch') || known.request !== requestText(values)) {
      throw rejected('token-mismatch', 'The token was used with other parameters.');
    }
    const entry = this.data.entries.get(known.id);
    const object = entry === undefined ? undefined : newest(entry);
    if (object !== undefined && ['pending', 'running'].includes(phaseAt(object, this.#around.nowMs()))) return object;
    faults.count('token-spent');
    throw rejected('token-spent', 'The object of this token has ended.');
  }

  #requireCapacity(zone: string): void {
    const { faults } = this.#around;
    if (!faults.strikes('no-capacity') && !faults.strikes('zone-lost')) return;
    throw rejected('capacity', `No capacity is left in zone ${zone}.`);
  }

  #requireReference(values: ToyValues, key: string): void {
    const id = String(values[key]);
    const entry = this.data.entries.get(id);
    const object = entry === undefined ? undefined : newest(entry);
    const phase = object === undefined ? 'gone' : phaseAt(object, this.#around.nowMs());
    if (entry === undefined || object === undefined || phase === 'going' || phase === 'gone') {
      throw rejected('invalid', `There is no ${key} ${id}.`);
    }
    if (versionAsOf(entry, this.#asOf(entry)) === undefined) throw this.#notYet(id);
  }

  #require(kind: ToyKind, id: string): ToyObject {
    const entry = this.data.entries.get(id);
    const object = entry === undefined ? undefined : newest(entry);
    if (entry === undefined || object?.kind !== kind || phaseAt(object, this.#around.nowMs()) === 'gone') {
      throw rejected('absent', `There is no ${kind} ${id}.`);
    }
    if (versionAsOf(entry, this.#asOf(entry)) === undefined) {
      this.#around.faults.count('not-found-after-create');
      throw rejected('absent', `There is no ${kind} ${id}.`);
    }
    return object;
  }

  /** What lives inside a server is reached through it. */
  #requireHost({ kind, values }: Pick<ToyObject, 'kind' | 'values'>): void {
    const { livesIn } = TOY_RULES[kind];
    if (livesIn !== undefined && !this.isHostUp(String(values[livesIn]))) throw this.#notYet(String(values[livesIn]));
  }

  isHostUp(id: string): boolean {
    const entry = this.data.entries.get(id);
    return entry !== undefined && phaseAt(newest(entry), this.#around.nowMs()) === 'running';
  }

  #notYet(id: string): CallError {
    this.#around.faults.count('not-propagated');
    return new CallError({ outcome: 'not-yet', message: `${id} cannot be used yet.` });
  }

  #requireUnique(kind: ToyKind, values: ToyValues): void {
    this.#requireHost({ kind, values });
    const { uniqueBy } = TOY_RULES[kind];
    if (uniqueBy.length === 0) return;
    const rival = this.living().find(
      (other) => other.kind === kind && uniqueBy.every((key) => other.values[key] === values[key]),
    );
    if (rival !== undefined) throw rejected('exists', `There is such a ${kind} already.`);
  }

  #blockerOf({ id }: ToyObject, nowMs: number): ToyObject | undefined {
    for (const entry of this.data.entries.values()) {
      const other = newest(entry);
      const { refersTo, goesWith } = TOY_RULES[other.kind];
      const uses = refersTo.some((key) => key !== goesWith && other.values[key] === id);
      if (uses && phaseAt(other, nowMs) !== 'gone') return other;
    }
    return undefined;
  }

  #takeAlong(hostId: string, nowMs: number, goneAtMs: number): void {
    for (const object of this.living()) {
      const { goesWith } = TOY_RULES[object.kind];
      if (goesWith === undefined || object.values[goesWith] !== hostId) continue;
      this.#change(object, { ...object, removedAtMs: nowMs, goneAtMs });
    }
  }

  #change(before: ToyObject, after: ToyObject): ToyObject {
    const entry = this.data.entries.get(before.id);
    if (entry === undefined) throw new RangeError(`${before.id} is not in the account.`);
    entry.versions = [...entry.versions, { atMs: this.#around.nowMs(), object: after }];
    this.watcher?.changed(before, after);
    return after;
  }
}

export function emptyAccount(): ToyAccountData {
  return { nextNumber: 1, entries: new Map(), tokens: new Map() };
}

/** A copy that shares what never changes. */
export function copyAccount({ nextNumber, entries, tokens }: ToyAccountData): ToyAccountData {
  const copies = [...entries].map(([id, { versions }]): [string, Entry] => [id, { versions }]);
  return { nextNumber, entries: new Map(copies), tokens: new Map(tokens) };
}

function requestText(values: ToyValues): string {
  return canonicalJson(values);
}

function rejected(reason: RejectionReason, message: string): CallError {
  return new CallError({ outcome: 'rejected', reason, message });
}
