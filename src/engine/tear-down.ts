import { CallError, isAmbiguous, isRejected } from './call.ts';
import { foreign } from './converge.ts';
import { lookAfterDoubt } from './create.ts';
import { AbsenceWatch } from './look.ts';
import type { ResourceRecord } from './record.ts';
import { refusalProblem } from './refusal.ts';
import type { Patience, Work } from './work.ts';

/** Destroys one physical object and ends only when its absence is certain. */
export async function tearDown(work: Work, record: ResourceRecord): Promise<void> {
  const { instanceId } = record;
  if (record.status === 'creating' && record.outputs === undefined) {
    const found = await lookAfterDoubt(work, record, true);
    if (found === undefined) return work.journal.append({ type: 'gone', instanceId, because: 'never-created' });
    await work.journal.append({ type: 'created', instanceId, outputs: found.outputs });
  }
  await work.journal.append({ type: 'destroy', instanceId });
  const destroying = work.record(instanceId);
  await destroyUntilAbsent(work, destroying);
  work.noteDestroyed(destroying);
  await work.journal.append({ type: 'gone', instanceId, because: 'destroyed' });
}

async function destroyUntilAbsent(work: Work, record: ResourceRecord): Promise<void> {
  const { visibleWithinMs } = work.runtime.provider.consistency;
  const patience = work.waitFor(record, 'it to be gone');
  const absence = new AbsenceWatch(work.runtime);
  const strange = new AbsenceWatch(work.runtime);
  let acknowledgedAtMs: number | undefined;
  for (;;) {
    const seen = await work.look(record);
    if (seen.state === 'absent') {
      if (acknowledgedAtMs !== undefined || absence.isCertain(seen)) return;
      await patience.wait('resource.not-gone', 'its absence to be certain');
      continue;
    }
    if (seen.state === 'unreachable') {
      await patience.wait('resource.unreachable', seen.reason);
      continue;
    }
    absence.reset();
    if (!work.isOurs(record, seen)) {
      if (strange.isCertain(seen)) throw foreign(record);
      await patience.wait('resource.not-gone', 'its mark to become visible');
      continue;
    }
    const nowMs = work.runtime.clock.monotonicMs();
    const goesAlready = acknowledgedAtMs !== undefined && nowMs - acknowledgedAtMs < visibleWithinMs;
    if (!goesAlready && (await sendDestroy(work, record, seen.outputs, patience))) acknowledgedAtMs = nowMs;
    else await patience.wait('resource.not-gone');
  }
}

/** Answers whether the service has acknowledged that the object goes. */
async function sendDestroy(work: Work, record: ResourceRecord, outputs: unknown, patience: Patience): Promise<boolean> {
  const type = work.typeOf(record.kind, record.address);
  try {
    await type.destroy(work.runtime.provider.session, work.contextOf(record), outputs);
    return true;
  } catch (error) {
    // "Not found" may be the lag of a young object: the next looks decide.
    if (isRejected(error, 'absent')) return false;
    if (isRejected(error, 'dependency')) await patience.wait('call.blocked', messageOf(error));
    else if (isAmbiguous(error)) await patience.wait('call.unanswered', messageOf(error));
    else throw refusalProblem(error, record.address) ?? error;
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof CallError ? error.message : 'the service to answer';
}
