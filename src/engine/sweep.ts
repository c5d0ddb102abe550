import type { Plan } from './plan.ts';
import { problem } from './problem.ts';
import type { Listed, ResourceType } from './resource.ts';
import { destroyStray, STRAY } from './stray.ts';
import type { Work } from './work.ts';

/**
 * Ends the run by looking for objects that carry our mark and are in no record: what a request made that was
 * sent twice, or arrived after it was given up. A deletion waits first until nothing can arrive any more.
 */
export async function sweepStrays(work: Work, { purpose }: Plan): Promise<void> {
  const sweepable = [...work.runtime.provider.types.values()].filter((type) => type.list !== undefined);
  const sweepAll = async () => {
    const found = await allEnded(sweepable.map((type) => sweepKind(work, type)));
    return found.reduce((sum, strays) => sum + strays, 0);
  };
  if (purpose !== 'delete') {
    await sweepAll();
    return;
  }
  await work.outwaitEarlierRequests();
  const giveUpAtMs = work.runtime.clock.monotonicMs() + work.runtime.provider.deadlines.conditionMs;
  for (let left = await sweepAll(); left > 0; left = await sweepAll()) {
    if (work.runtime.clock.monotonicMs() > giveUpAtMs) {
      throw problem('resource.not-gone', { detail: `${left} objects with this cluster's mark are still listed.` });
    }
    await work.pause();
  }
}

/** Answers how many strays were found. */
async function sweepKind(work: Work, type: ResourceType): Promise<number> {
  const listed = (await type.list?.(work.runtime.provider.session, work.contextOf(STRAY))) ?? [];
  const strays = listed.filter((object) => isStray(work, type, object));
  await allEnded(strays.map((object) => destroyStray(work, type.kind, object)));
  return strays.length;
}

function isStray(work: Work, type: ResourceType, { owner, outputs }: Listed<unknown>): boolean {
  const { cluster, records, released } = work.journal.snapshot;
  if (owner.cluster !== cluster || released.has(owner.instanceId)) return false;
  if (work.wasJustDestroyed(owner.instanceId, type.idOf(outputs))) return false;
  const record = records.get(owner.instanceId);
  if (record === undefined) return true;
  return record.outputs !== undefined && type.idOf(record.outputs) !== type.idOf(outputs);
}

/** Like Promise.all, but ends only when all have: nothing may be sent any more once the run is over. */
async function allEnded<T>(tasks: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}
