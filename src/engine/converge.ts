import { sameValue } from '#std/same-value.ts';
import { CallError, isAmbiguous } from './call.ts';
import { AbsenceWatch } from './look.ts';
import { isProblem, problem } from './problem.ts';
import type { ResourceRecord } from './record.ts';
import { refusalProblem } from './refusal.ts';
import type { Present } from './resource.ts';
import type { Patience, Work } from './work.ts';

export type Converged =
  | { readonly outcome: 'ready'; readonly outputs: unknown }
  | { readonly outcome: 'lost' | 'broken'; readonly why: string };

/**
 * Brings a living object to its record's inputs and reads the result back: observe, sync, observe again,
 * until the object is ready and a sync finds nothing left to do.
 */
export async function converge(work: Work, record: ResourceRecord): Promise<Converged> {
  const convergence = new Convergence(work, record);
  try {
    return await convergence.run();
  } catch (error) {
    if (isProblem(error, 'resource.not-ready') || isProblem(error, 'resource.failed')) await convergence.giveUp();
    throw error;
  }
}

class Convergence {
  readonly #work: Work;
  readonly #record: ResourceRecord;
  readonly #patience: Patience;
  readonly #absence: AbsenceWatch;
  readonly #strange: AbsenceWatch;
  /** What the last request promised, until it is seen. */
  #accepted: unknown;
  #underWayUntilMs = 0;
  #lastSeen: unknown;

  constructor(work: Work, record: ResourceRecord) {
    this.#work = work;
    this.#record = record;
    this.#patience = work.waitFor(record, 'it to become visible');
    this.#absence = new AbsenceWatch(work.runtime);
    this.#strange = new AbsenceWatch(work.runtime);
  }

  async run(): Promise<Converged> {
    for (;;) {
      const seen = await this.#awaitCondition();
      if ('outcome' in seen) return seen;
      const outputs = await this.#sync(seen.outputs);
      if (outputs === undefined || !sameValue(outputs, seen.outputs)) continue;
      if (await this.#isSettled()) return { outcome: 'ready', outputs };
    }
  }

  /** Looks until the object is there, ours and ready, or never will be. */
  async #awaitCondition(): Promise<Present<unknown> | Converged> {
    for (;;) {
      const seen = await this.#work.look(this.#record);
      if (seen.state === 'absent') {
        if (this.#absence.isCertain(seen)) return { outcome: 'lost', why: 'it is not there any more' };
        await this.#patience.wait('resource.not-ready', 'it to become visible');
        continue;
      }
      if (seen.state === 'unreachable') {
        await this.#patience.wait('resource.unreachable', seen.reason);
        continue;
      }
      this.#absence.reset();
      if (!this.#work.isOurs(this.#record, seen)) {
        if (this.#strange.isCertain(seen)) throw foreign(this.#record);
        await this.#patience.wait('resource.not-ready', 'its mark to become visible');
        continue;
      }
      this.#lastSeen = seen.outputs;
      const { condition } = seen;
      if (condition.is === 'ready') return seen;
      if (condition.is === 'broken') return { outcome: 'broken', why: condition.reason };
      if (condition.is === 'failed') {
        const { reason: detail, remedy } = condition;
        throw problem('resource.failed', { address: this.#record.address, detail, remedy });
      }
      await this.#patience.wait('resource.not-ready', condition.waitingFor, condition.progress);
    }
  }

  /** Leaves word where later runs will see it; without that, they only wait once more. */
  async giveUp(): Promise<void> {
    const { kind, address } = this.#record;
    if (this.#lastSeen === undefined) return;
    const type = this.#work.typeOf(kind, address);
    try {
      await type.giveUp?.(this.#work.runtime.provider.session, this.#work.contextOf(this.#record), this.#lastSeen);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
  }

  /** Undefined: the next look has to tell what became of it. */
  async #sync(observed: unknown): Promise<unknown> {
    if (this.#accepted !== undefined && !sameValue(this.#accepted, observed)) {
      this.#accepted = undefined;
      await this.#patience.wait('resource.not-confirmed', 'the change to be visible');
      return undefined;
    }
    const outputs = await this.#sendSync(observed);
    // Most services show a change at once, so the first look after it does not wait.
    if (outputs !== undefined && !sameValue(outputs, observed)) this.#accepted = outputs;
    return outputs;
  }

  async #sendSync(observed: unknown): Promise<unknown> {
    const { kind, address, inputs } = this.#record;
    const { clock, provider } = this.#work.runtime;
    const type = this.#work.typeOf(kind, address);
    try {
      return await type.sync(provider.session, this.#work.contextOf(this.#record), inputs, observed);
    } catch (error) {
      if (!isAmbiguous(error)) throw refusalProblem(error, address) ?? error;
      this.#underWayUntilMs = clock.monotonicMs() + provider.consistency.requestAgeMaxMs;
      await this.#patience.wait('call.unanswered', 'the change to be confirmed');
      return undefined;
    }
  }

  /** Whether what was just seen will also last: nothing may still arrive, and it may be no old sight. */
  async #isSettled(): Promise<boolean> {
    const { clock } = this.#work.runtime;
    const leftMs = this.#underWayUntilMs - clock.monotonicMs();
    if (leftMs > 0) {
      await clock.sleep(leftMs, this.#work.signal);
      return false;
    }
    if (this.#accepted !== undefined || !expectsChange(this.#record) || !this.#work.mayReadBehind()) return true;
    await this.#patience.wait('resource.not-confirmed', 'earlier changes to be visible');
    return false;
  }
}

/** What already is as it is to be, though it was something else when last heard of, may be an old sight of it. */
function expectsChange(record: ResourceRecord): boolean {
  return (
    record.status === 'updating' &&
    record.previousInputs !== undefined &&
    !sameValue(record.inputs, record.previousInputs)
  );
}

export function foreign({ address, kind }: ResourceRecord) {
  return problem('resource.foreign', {
    address,
    detail: `The ${kind} in its place does not carry this cluster's mark.`,
  });
}
