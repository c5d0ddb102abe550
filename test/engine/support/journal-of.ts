import type { ClusterState } from '#engine/cluster-state.ts';
import type { Journal } from '#engine/journal.ts';

/** What is written down is in the state, and nowhere else. */
export function journalOf(state: ClusterState): Journal {
  return {
    snapshot: state,
    append: async (...entries) => state.foldObject(state.serial + 1, entries),
    guard: async () => undefined,
    keepBlueprint: async () => undefined,
    readBlueprint: async () => [],
    lost: new AbortController().signal,
  };
}
