import { EMPTY_BLUEPRINT, makeBlueprint, type Blueprint } from './blueprint.ts';
import type { Journal } from './journal.ts';

/**
 * What the cluster was meant to be before the update that failed: the blueprint that was last applied without failure;
 * nothing at all if the first one already failed. Going back to it is a plan like any other.
 */
export async function blueprintToRollBackTo(journal: RollbackSource): Promise<Blueprint> {
  const { appliedBlueprint } = journal.snapshot;
  return appliedBlueprint === undefined
    ? EMPTY_BLUEPRINT
    : makeBlueprint(await journal.readBlueprint(appliedBlueprint));
}

type RollbackSource = Pick<Journal, 'snapshot' | 'readBlueprint'>;
