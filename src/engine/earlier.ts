import { sameValue } from '#std/same-value.ts';
import type { ReplaceChange } from './change.ts';
import type { ReadyRecord, ResourceRecord } from './record.ts';
import type { Work } from './work.ts';

/**
 * An earlier instance that still stands and fits what is declared: the plan could not know, as it hung on outputs.
 * Who makes another one instead waits in vain, if it has a name, for the earlier one to give that name up.
 */
export async function findEarlier(
  work: Work,
  { declaration, instanceId: replaced }: ReplaceChange,
  inputs: unknown,
): Promise<ReadyRecord | undefined> {
  const { address, kind } = declaration;
  const fits = (record: ResourceRecord): record is ReadyRecord =>
    record.instanceId !== replaced &&
    record.status === 'ready' &&
    record.kind === kind &&
    fitsFixed(work, record, inputs);
  const earlier = work.journal.snapshot.instancesAt(address).findLast(fits);
  if (earlier === undefined) return undefined;
  const seen = await work.look(earlier);
  const stands = seen.state === 'present' && seen.condition.is === 'ready' && work.isOurs(earlier, seen);
  return stands && work.claim(earlier.instanceId) ? earlier : undefined;
}

/** Whether the object can become what is declared without being replaced. */
export function fitsFixed(work: Work, record: ResourceRecord, inputs: unknown): boolean {
  const type = work.typeOf(record.kind, record.address);
  const isFixed = type.replaceOn.every((key) => sameValue(inputOf(record.inputs, key), inputOf(inputs, key)));
  return isFixed && (type.cannotBecome?.(record.outputs, inputs) ?? []).length === 0;
}

function inputOf(inputs: unknown, key: string): unknown {
  return typeof inputs === 'object' && inputs !== null ? Reflect.get(inputs, key) : undefined;
}
