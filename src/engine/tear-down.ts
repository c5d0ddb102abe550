import { Blockade, messageOf } from './blockade.ts';
import { isAmbiguous, isRejected } from './call.ts';
import { foreign } from './converge.ts';
import { lookAfterDoubt } from './create.ts';
import { AbsenceWatch } from './look.ts';
import type { ProblemCode } from './problem-catalogue.ts';
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
  const forGoodAtMs = work.endsForGoodAtMs(work.record(instanceId));
  await work.journal.append({ type: 'destroy', instanceId });
  const destroying = work.record(instanceId);
  work.noteDestroyed(destroying, await destroyUntilAbsent(work, destroying, forGoodAtMs));
  await work.journal.append({ type: 'gone', instanceId, because: 'destroyed' });
}

/** Answers since when it is known to be gone: what appears under its name later is another object. */
async function destroyUntilAbsent(work: Work, record: ResourceRecord, forGoodAtMs: number): Promise<number> {
  const { visibleWithinMs } = work.runtime.provider.consistency;
  const patience = work.waitFor(record, 'it to be gone');
  const blockade = new Blockade(work, record);
  const absence = new AbsenceWatch(work.runtime);
  const strange = new AbsenceWatch(work.runtime);
  /** It was acknowledged, and may be seen until then. */
  let goesUntilMs = -Infinity;
  for (;;) {
    const lookedAtMs = work.runtime.clock.monotonicMs();
    const seen = await work.look(record);
    if (seen.state === 'absent') {
      const isGone = Number.isFinite(goesUntilMs) || absence.isCertain(seen);
      if (isGone && lookedAtMs >= forGoodAtMs) return lookedAtMs;
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
    if (nowMs < goesUntilMs) {
      await patience.wait(UNDONE.goes);
      continue;
    }
    const sent = await sendDestroy(work, record, seen.outputs, { patience, blockade });
    if (sent === 'goes') goesUntilMs = nowMs + visibleWithinMs;
    else await patience.wait(UNDONE[sent]);
  }
}

type Sent = 'goes' | 'gone' | 'blocked' | 'unanswered';

/** What it is called when the patience ends. */
const UNDONE = {
  goes: 'resource.not-gone',
  gone: 'resource.not-gone',
  blocked: 'call.blocked',
  unanswered: 'call.unanswered',
} as const satisfies Record<Sent, ProblemCode>;

/** Answers what the service makes of it. */
async function sendDestroy(
  work: Work,
  record: ResourceRecord,
  outputs: unknown,
  { patience, blockade }: { readonly patience: Patience; readonly blockade: Blockade },
): Promise<Sent> {
  const type = work.typeOf(record.kind, record.address);
  try {
    await type.destroy(work.runtime.provider.session, work.contextOf(record), outputs);
    return 'goes';
  } catch (error) {
    // "Not found" may be the lag of a young object: the next looks decide.
    if (isRejected(error, 'absent')) return 'gone';
    if (isRejected(error, 'dependency')) {
      await patience.wait(UNDONE.blocked, await blockade.words(error, outputs));
      return 'blocked';
    }
    if (!isAmbiguous(error)) throw refusalProblem(error, record.address) ?? error;
    await patience.wait(UNDONE.unanswered, messageOf(error));
    return 'unanswered';
  }
}
