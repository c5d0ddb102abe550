import type { ClusterState } from '#engine/cluster-state.ts';
import type { InstanceId } from '#engine/address.ts';
import type { JournalEntry } from '#engine/journal.ts';
import { assert } from '#std/assert.ts';

/** What is written can be read again: an entry that no reader could fold never becomes durable. */
export function checkEntries(state: ClusterState, entries: readonly JournalEntry[]): void {
  const born = new Set<InstanceId>();
  const gone = new Set<InstanceId>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'run':
      case 'run-end':
      case 'stray':
      case 'tombstone':
        break;
      case 'create':
      case 'adopt':
        born.add(entry.instanceId);
        gone.delete(entry.instanceId);
        break;
      case 'created':
      case 'update':
      case 'ready':
      case 'failed':
      case 'destroy':
      case 'gone': {
        const { type, instanceId } = entry;
        const known = (born.has(instanceId) || state.records.has(instanceId)) && !gone.has(instanceId);
        assert(known, `The entry "${type}" speaks of instance ${instanceId}, which the state does not have.`);
        if (type === 'gone') gone.add(instanceId);
        break;
      }
    }
    if ('inputs' in entry) assert(entry.inputs !== undefined, `The entry "${entry.type}" says what its inputs are.`);
    if ('outputs' in entry) assert(entry.outputs !== undefined, `The entry "${entry.type}" says what its outputs are.`);
  }
}
