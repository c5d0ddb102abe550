import { type ObjectStore, StoreError, type StoreOutcome } from '#state/object-store.ts';
import { type Operation, wrapStore } from './wrapped-store.ts';

/**
 * | fate        | executed | answer       |
 * |-------------|----------|--------------|
 * | fine        | yes      | as it is     |
 * | lost-reply  | yes      | ambiguous    |
 * | own-412     | yes      | precondition |
 * | lost        | no       | ambiguous    |
 * | late        | later, when `deliverLate` is called | ambiguous |
 * | others      | no       | that outcome |
 */
export type Fate = 'fine' | 'lost-reply' | 'own-412' | 'lost' | 'late' | StoreOutcome;

export interface FaultyStore extends ObjectStore {
  /** Executes every request that was still on its way. */
  deliverLate(): Promise<void>;
}

/** A store whose answers meet the fate that the test decides. */
export function faultyStore(inner: ObjectStore, fateOf: (operation: Operation) => Fate): FaultyStore {
  const late: (() => Promise<unknown>)[] = [];
  const objects = wrapStore(inner, async (operation, act) => {
    const fate = fateOf(operation);
    if (fate === 'fine') return act();
    if (fate === 'lost-reply' || fate === 'own-412') await act();
    if (fate === 'late') late.push(act);
    throw new StoreError(outcomeOf(fate), `${operation.name} ${operation.key} met ${fate}`);
  });
  const deliverLate = async (): Promise<void> => {
    await Promise.allSettled(late.splice(0).map((request) => request()));
  };
  return { ...objects, deliverLate };
}

function outcomeOf(fate: Exclude<Fate, 'fine'>): StoreOutcome {
  if (fate === 'own-412') return 'precondition';
  return fate === 'lost-reply' || fate === 'lost' || fate === 'late' ? 'ambiguous' : fate;
}
