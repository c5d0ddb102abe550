import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { AccountContents } from './cloud-account.ts';

/** State and account without what may differ from one run to the next: ids, incarnations, times. */
export interface Outcome {
  readonly tombstone: boolean;
  readonly appliedBlueprint: string | undefined;
  readonly records: readonly unknown[];
  readonly account: readonly unknown[];
}

/** Two records of one object, an object without record and a record without object all make outcomes differ. */
export function outcomeOf(state: Snapshot, { objects }: AccountContents): Outcome {
  const records = [...state.records.values()];
  const names = new Map<string, string>();
  for (const record of records) {
    names.set(record.instanceId, `instance of ${record.address}`);
    names.set(idOf(record), `id of ${record.address}`);
  }
  return {
    tombstone: state.tombstone,
    appliedBlueprint: state.appliedBlueprint,
    records: sorted(records.map((record) => rename(lasting(record), names))),
    account: sorted(objects.map(({ id, kind, values, owner }) => rename({ id, kind, values, owner }, names))),
  };
}

/** Intents whose outcome the state does not know. */
export function openIntents(state: Snapshot): number {
  const isOpen = ({ status, outputs }: ResourceRecord): boolean =>
    status === 'updating' || status === 'destroying' || (status === 'creating' && outputs === undefined);
  return [...state.records.values()].filter(isOpen).length;
}

function lasting({
  address,
  kind,
  status,
  inputs,
  outputs,
  dependsOn,
  within,
  retain,
  deposed,
  problem,
}: ResourceRecord) {
  return { address, kind, status, inputs, outputs, dependsOn, within, retain, deposed, problem };
}

function idOf({ outputs, instanceId }: ResourceRecord): string {
  const id = typeof outputs === 'object' && outputs !== null && 'id' in outputs ? outputs.id : undefined;
  return typeof id === 'string' ? id : instanceId;
}

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rename(member, names)]));
}

function sorted(values: readonly unknown[]): readonly unknown[] {
  return values.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}
