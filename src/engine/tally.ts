import type { Address } from './address.ts';
import { explain, isPending, type Change } from './change.ts';
import { asProblem, isProblem, type Problem } from './problem.ts';
import { refusalProblem } from './refusal.ts';
import type { Work } from './work.ts';

export interface ApplyResult {
  readonly ok: boolean;
  readonly done: number;
  readonly failed: readonly Problem[];
  readonly skipped: readonly Address[];
}

/** Says what happens while it happens, and sums it up: every failure of a run, none of its consequences. */
export class Tally {
  readonly #work: Work;
  readonly #failed: Problem[] = [];
  readonly #skipped: Address[] = [];
  #done = 0;

  constructor(work: Work) {
    this.#work = work;
  }

  /** `step` answers false when there was nothing to do after all. */
  async carryOut(change: Change, step: () => Promise<boolean>): Promise<void> {
    const { action, address } = change;
    if (!isPending(change)) return;
    const { emit } = this.#work.runtime;
    emit({ type: 'change-started', address, action, because: explain(change.because) });
    const changed = await step();
    if (changed) this.#done += 1;
    emit({ type: 'change-finished', address, action: changed ? action : 'keep' });
  }

  fail(change: Change, error: unknown): void {
    const { action, address } = change;
    const failure = refusalProblem(error, address) ?? asProblem(error, address);
    // Losing the lease cuts every step at once: that is one failure, told once, by the run.
    if (this.#work.signal.aborted || isProblem(error, 'state.fenced') || isProblem(error, 'state.lease-expired'))
      return;
    this.#failed.push(failure);
    this.#work.runtime.emit({ type: 'change-failed', address, action, problem: failure });
    this.#record(change, failure);
  }

  skip(change: Change, because: Address | 'stopped'): void {
    if (!isPending(change)) return;
    const { action, address } = change;
    this.#skipped.push(address);
    this.#work.runtime.emit({ type: 'change-skipped', address, action, because });
  }

  /** For what belongs to the run and not to one change. */
  async guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.failRun(error);
    }
  }

  failRun(error: unknown): void {
    this.#failed.push(refusalProblem(error) ?? asProblem(error));
  }

  get isClean(): boolean {
    return this.#failed.length === 0 && this.#skipped.length === 0;
  }

  result(): ApplyResult {
    const [done, failed, skipped] = [this.#done, this.#failed, this.#skipped];
    this.#work.runtime.emit({ type: 'apply-finished', done, failed: failed.length, skipped: skipped.length });
    return { ok: this.isClean, done, failed, skipped };
  }

  /** So that a later process can say why; not being able to write it down changes nothing. */
  #record(change: Change, { code, detail }: Problem): void {
    const { journal } = this.#work;
    const { records } = journal.snapshot;
    const named =
      'instanceId' in change && change.instanceId !== undefined ? records.get(change.instanceId) : undefined;
    const record = named ?? journal.snapshot.current(change.address);
    if (record === undefined) return;
    journal.append({ type: 'failed', instanceId: record.instanceId, problem: { code, detail } }).catch(() => undefined);
  }
}
