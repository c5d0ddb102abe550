import { inspect } from 'node:util';
import type { EngineEvent } from '#engine/event.ts';
import type { CanaryWatch } from './canaries.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoreWrite } from './simulated-store.ts';
import type { AccountWatcher, ToyAccount } from './toy-account.ts';
import { phaseAt, type ToyObject } from './toy-object.ts';
import type { ToyKind } from './toy-rules.ts';
import type { Errand, SendWatcher } from './toy-session.ts';

/** The engine's specification, by the numbers of the reliability study. */
export const INVARIANTS = {
  1: 'no leak',
  2: 'no duplicate',
  3: 'intent first',
  4: 'fenced',
  5: 'single driver',
  6: 'convergent',
  7: 'resume-equivalence',
  8: 'rollback-safe',
  9: 'delete leaves zero, foreign objects untouched',
  12: 'secrets stay secret',
  15: 'truthful',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Those of the fifteen that cannot be judged in this world, and why. */
export const INVARIANTS_ELSEWHERE: ReadonlyMap<number, string> = new Map([
  [10, 'at-most-once demand: not part of a run; simulated by itself, in demand-run.ts'],
  [11, 'quorum: the toy cloud has no voters; judged where etcd and Ceph are resources'],
  [13, 'trust is bounded: no credential lives here; judged with the authorities and the node protocol'],
  [14, 'nothing unverified runs: no artifact is executed here; judged with the asset lock'],
]);

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  readonly atMs: number;
}

export interface CheckerSeed {
  readonly cluster: string;
  readonly account: ToyAccount;
  readonly ledger: IntentLedger;
  readonly canaries: CanaryWatch;
  readonly nowMs: () => number;
  readonly visibleWithinMs: number;
  /** Kinds of which a second object of one instance may exist for a while. */
  readonly mayDouble: (kind: ToyKind) => boolean;
}

/** Watches every send, every effect, every durable write and every event, and judges them by the raw truth alone. */
export class Checker implements AccountWatcher, SendWatcher {
  readonly violations: Violation[] = [];
  readonly #seed: CheckerSeed;
  #errand: Errand | undefined;

  constructor(seed: CheckerSeed) {
    this.#seed = seed;
  }

  report(invariant: Invariant, detail: string): void {
    this.violations.push({ invariant, detail, atMs: this.#seed.nowMs() });
  }

  onWrite(write: StoreWrite): void {
    for (const broken of this.#seed.ledger.take(write)) this.report(broken.includes('holds it') ? 5 : 4, broken);
    this.checkText(write.key, write.body);
  }

  sent(process: SimulatedProcess, errand: Errand): void {
    const { ledger, nowMs } = this.#seed;
    const lateByMs = nowMs() - ledger.leaseUntilMs(process);
    const what = `${errand.verb} ${errand.kind} ${errand.id ?? errand.instanceId}`;
    if (lateByMs > 0) this.report(5, `process ${process.number} sends "${what}" ${lateByMs} ms after its lease`);
    if (!this.#isIntended(errand)) this.report(3, `"${what}" is sent without a durable intent`);
  }

  arriving(_process: SimulatedProcess, errand: Errand): void {
    this.#errand = errand;
  }

  created(object: ToyObject): void {
    const { cluster, account, mayDouble } = this.#seed;
    const { owner, kind, id } = object;
    if (owner?.cluster !== cluster || owner.instanceId !== this.#errand?.instanceId) {
      this.report(1, `${id} was created without the mark of its instance`);
    }
    if (mayDouble(kind)) return;
    const twins = account.living().filter((other) => other.owner?.instanceId === owner?.instanceId);
    if (twins.length > 1)
      this.report(2, `instance ${owner?.instanceId} exists as ${twins.map((twin) => twin.id).join(' and ')}`);
  }

  changed(before: ToyObject, _after: ToyObject): void {
    const errand = this.#errand;
    if (errand === undefined || errand.id !== before.id) return;
    const { owner, id } = before;
    if (owner?.cluster !== this.#seed.cluster) this.report(9, `${errand.verb} hit ${id}, which is not ours`);
    else if (owner.instanceId !== errand.instanceId)
      this.report(3, `${errand.verb} meant for ${errand.instanceId} hit ${id} of ${owner.instanceId}`);
  }

  event(process: SimulatedProcess, event: EngineEvent): void {
    this.checkText('an event', 'problem' in event ? inspect(event, { depth: 6 }) : JSON.stringify(event));
    if (event.type !== 'change-finished') return;
    if (this.#seed.ledger.leaseUntilMs(process) < this.#seed.nowMs()) return;
    const { action, address } = event;
    if (action === 'create' || action === 'update' || action === 'replace') this.#checkTruth(address);
  }

  checkText(where: string, text: string): void {
    if (this.#seed.canaries.isIn(text)) this.report(12, `a secret is readable in ${where}`);
  }

  #isIntended({ verb, instanceId, id }: Errand): boolean {
    const { ledger } = this.#seed;
    const may = ledger.intents.get(instanceId)?.may;
    if (verb === 'create') return may === 'create';
    if (verb === 'update') return may === 'update' || may === 'create';
    return may === 'destroy' || (id !== undefined && ledger.strayIds.has(id));
  }

  /** What was reported as done is there, or was a moment ago: reads lag behind. */
  #checkTruth(address: string): void {
    const { ledger, account, nowMs, visibleWithinMs } = this.#seed;
    const intent = ledger.currentAt(address);
    const lately = [nowMs(), nowMs() - visibleWithinMs];
    const versions = [...account.data.entries.values()].flatMap((entry) => entry.versions.map(({ object }) => object));
    const own = versions.filter(({ owner }) => intent !== undefined && owner?.instanceId === intent.instanceId);
    const isTrue = own.some(
      (object) => lately.some((atMs) => phaseAt(object, atMs) === 'running') && hasValues(object, intent?.inputs),
    );
    if (!isTrue)
      this.report(
        15,
        `${address} was reported as done, the account has ${inspect(own.at(-1) ?? 'nothing', { breakLength: Infinity })}`,
      );
  }
}

/** Whether an object has the plain inputs of its intent. Lists and sealed values are not compared. */
function hasValues({ values }: ToyObject, inputs: unknown): boolean {
  if (typeof inputs !== 'object' || inputs === null) return false;
  return Object.entries(inputs).every(([key, value]) => typeof value === 'object' || values[key] === value);
}
