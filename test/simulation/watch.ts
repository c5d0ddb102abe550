import { inspect } from 'node:util';
import type { EngineEvent } from '#engine/event.ts';
import type { CanaryWatch } from './canaries.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoreWrite } from './simulated-store.ts';

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
  11: 'quorum',
  12: 'secrets stay secret',
  15: 'truthful',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Those of the fifteen that cannot be judged in these worlds, and why. */
export const INVARIANTS_ELSEWHERE: ReadonlyMap<number, string> = new Map([
  [10, 'at-most-once demand: not part of a run; simulated by itself, in demand-run.ts'],
  [13, 'trust is bounded: no credential lives here; judged with the authorities and the node protocol'],
  [14, 'nothing unverified runs: no artifact is executed here; judged with the asset lock'],
]);

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  readonly atMs: number;
}

export interface WatchSeed {
  readonly ledger: IntentLedger;
  readonly canaries: CanaryWatch;
  readonly nowMs: () => number;
}

/** What can be judged whatever the cloud is: every durable write, every event, and who may send when. */
export abstract class Watch {
  readonly violations: Violation[] = [];
  protected readonly ledger: IntentLedger;
  protected readonly nowMs: () => number;
  readonly #canaries: CanaryWatch;

  constructor({ ledger, canaries, nowMs }: WatchSeed) {
    this.ledger = ledger;
    this.#canaries = canaries;
    this.nowMs = nowMs;
  }

  report(invariant: Invariant, detail: string): void {
    this.violations.push({ invariant, detail, atMs: this.nowMs() });
  }

  onWrite(write: StoreWrite): void {
    for (const broken of this.ledger.take(write)) this.report(broken.includes('holds it') ? 5 : 4, broken);
    this.checkText(write.key, write.body);
  }

  event(process: SimulatedProcess, event: EngineEvent): void {
    this.checkText('an event', 'problem' in event ? inspect(event, { depth: 6 }) : JSON.stringify(event));
    if (event.type !== 'change-finished' || this.ledger.leaseUntilMs(process) < this.nowMs()) return;
    const { action, address } = event;
    if (action === 'create' || action === 'update' || action === 'replace') this.checkTruth(address);
  }

  checkText(where: string, text: string): void {
    if (this.#canaries.isIn(text)) this.report(12, `a secret is readable in ${where}`);
  }

  protected checkLease(process: SimulatedProcess, what: string): void {
    const lateByMs = this.nowMs() - this.ledger.leaseUntilMs(process);
    if (lateByMs > 0) this.report(5, `process ${process.number} sends "${what}" ${lateByMs} ms after its lease`);
  }

  /** What was reported as done is there, or was a moment ago: reads lag behind. */
  protected abstract checkTruth(address: string): void;
}
