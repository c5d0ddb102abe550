import type { Address, InstanceId } from '#engine/address.ts';
import type { ChangeAction } from '#engine/change.ts';
import type { JournalEntry } from '#engine/journal.ts';
import { problem } from '#engine/problem.ts';
import { PROBLEM_CATALOGUE, type ProblemCode } from '#engine/problem-catalogue.ts';
import type { JournalObject } from '#state/journal-log.ts';
import { describeHolder } from '#state/lease.ts';
import type { LoggedEvent, RunEvent } from './app.ts';

export interface HistoryLine {
  readonly seq: number;
  readonly atMs: number;
  readonly lines: readonly string[];
}

/** The journal as a person reads it. */
export function journalLines(objects: readonly JournalObject[]): readonly HistoryLine[] {
  const steps = new Steps();
  return objects.map(({ seq, atMs, generation, opens, entries }) => {
    const opening = opens && [`generation ${generation}: ${opens.by} by ${describeHolder(opens.holder)}`];
    return { seq, atMs, lines: [...(opening ?? []), ...entries.map((entry) => lineOf(steps, entry))] };
  });
}

/** What the journal alone can tell of the runs, for a workstation that has none of their logs. */
export function journalEvents(objects: readonly JournalObject[]): readonly LoggedEvent[] {
  const steps = new Steps();
  return objects.flatMap(({ atMs, generation, opens, entries }) => {
    const opening: readonly RunEvent[] =
      opens === undefined ? [] : [{ type: 'lease-acquired', generation, holder: describeHolder(opens.holder) }];
    const events = [...opening, ...entries.flatMap((entry) => eventOf(steps, entry))];
    return events.map((event) => ({ atMs, run: `generation-${generation}`, event }));
  });
}

interface Step {
  readonly address: Address;
  readonly action: ChangeAction;
}

/** What was last begun with each instance: later entries only name it. */
class Steps {
  readonly #steps = new Map<InstanceId, Step>();

  /** Undefined: the entry speaks of no resource, or of one that was never begun. */
  follow(entry: JournalEntry): Step | undefined {
    if (!('instanceId' in entry) || entry.type === 'stray') return undefined;
    const { type, instanceId } = entry;
    const known = this.#steps.get(instanceId);
    if (type === 'create' || type === 'adopt') return this.#note(instanceId, { address: entry.address, action: type });
    if ((type === 'update' || type === 'destroy') && known !== undefined) {
      return this.#note(instanceId, { address: known.address, action: type });
    }
    return known;
  }

  #note(instanceId: InstanceId, step: Step): Step {
    this.#steps.set(instanceId, step);
    return step;
  }
}

function eventOf(steps: Steps, entry: JournalEntry): readonly RunEvent[] {
  const step = steps.follow(entry);
  if (entry.type === 'stray') return [{ type: 'stray-destroyed', kind: entry.kind, id: entry.id }];
  if (step === undefined || !('instanceId' in entry)) return [];
  const about = { ...step, instanceId: entry.instanceId };
  switch (entry.type) {
    case 'create':
    case 'adopt':
    case 'update':
    case 'destroy':
      return [{ type: 'change-started', ...about, because: 'from the journal' }];
    case 'ready':
    case 'gone':
      return [{ type: 'change-finished', ...about }];
    case 'failed':
      return [{ type: 'change-failed', ...about, problem: toldProblem(entry.problem) }];
    case 'created':
      return [];
  }
}

function toldProblem({ code, detail }: { readonly code: string; readonly detail: string }) {
  return problem(isProblemCode(code) ? code : 'internal', { detail });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEM_CATALOGUE, code);
}

function lineOf(steps: Steps, entry: JournalEntry): string {
  const address = steps.follow(entry)?.address ?? '?';
  switch (entry.type) {
    case 'run':
      return `run: ${entry.purpose}`;
    case 'run-end':
      return entry.ok ? 'run ended well' : 'run ended with failures';
    case 'create':
      return `create ${address} (${entry.kind}, attempt ${entry.attempt})`;
    case 'created':
      return `answered: ${address}`;
    case 'adopt':
    case 'update':
    case 'destroy':
    case 'ready':
      return `${entry.type} ${address}`;
    case 'failed':
      return `failed ${address}: ${entry.problem.detail}`;
    case 'gone':
      return `gone ${address}: ${entry.because}`;
    case 'stray':
      return `destroy stray ${entry.kind} ${entry.id}`;
    case 'tombstone':
      return 'everything is destroyed';
  }
}
