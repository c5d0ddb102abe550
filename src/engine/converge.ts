import { sameValue } from '#std/same-value.ts';
import { isAmbiguous } from './call.ts';
import { AbsenceWatch } from './look.ts';
import { problem } from './problem.ts';
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
  const patience = work.waitFor(record, 'it to become visible');
  const watches = { absence: new AbsenceWatch(work.runtime), strange: new AbsenceWatch(work.runtime) };
  let accepted: unknown;
  for (;;) {
    const seen = await awaitCondition(work, record, patience, watches);
    if ('outcome' in seen) return seen;
    // Most services show a change at once: the first look after it does not wait, and until it is seen none is sent again.
    const isOverdue = accepted !== undefined && !sameValue(accepted, seen.outputs);
    const outputs = isOverdue ? undefined : await sync(work, record, seen.outputs, patience);
    if (outputs !== undefined && sameValue(outputs, seen.outputs)) {
      const isProved = accepted !== undefined || !expectsChange(record) || !work.mayReadBehind();
      if (isProved) return { outcome: 'ready', outputs };
      await patience.wait('resource.not-confirmed', 'earlier changes to be visible');
      continue;
    }
    if (accepted !== undefined) await patience.wait('resource.not-confirmed', 'the change to be visible');
    accepted = outputs;
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

interface Watches {
  readonly absence: AbsenceWatch;
  readonly strange: AbsenceWatch;
}

/** Looks until the object is there, ours and ready, or never will be. */
async function awaitCondition(
  work: Work,
  record: ResourceRecord,
  patience: Patience,
  { absence, strange }: Watches,
): Promise<Present<unknown> | Converged> {
  for (;;) {
    const seen = await work.look(record);
    if (seen.state === 'absent') {
      if (absence.isCertain()) return { outcome: 'lost', why: 'it is not there any more' };
      await patience.wait('resource.not-ready', 'it to become visible');
      continue;
    }
    if (seen.state === 'unreachable') {
      await patience.wait('resource.unreachable', seen.reason);
      continue;
    }
    absence.reset();
    if (!work.isOurs(record, seen)) {
      if (strange.isCertain()) throw foreign(record);
      await patience.wait('resource.not-ready', 'its mark to become visible');
      continue;
    }
    if (seen.condition.is === 'ready') return seen;
    if (seen.condition.is === 'broken') return { outcome: 'broken', why: seen.condition.reason };
    await patience.wait('resource.not-ready', seen.condition.waitingFor);
  }
}

/** Undefined: the request may or may not have been executed; the next look tells. */
async function sync(work: Work, record: ResourceRecord, observed: unknown, patience: Patience): Promise<unknown> {
  const type = work.typeOf(record.kind, record.address);
  try {
    return await type.sync(work.runtime.provider.session, work.contextOf(record), record.inputs, observed);
  } catch (error) {
    if (!isAmbiguous(error)) throw refusalProblem(error, record.address) ?? error;
    await patience.wait('call.unanswered', 'the change to be confirmed');
    return undefined;
  }
}

export function foreign({ address, kind }: ResourceRecord) {
  return problem('resource.foreign', {
    address,
    detail: `The ${kind} in its place does not carry this cluster's mark.`,
  });
}
