import type { Address, InstanceId } from './address.ts';
import type { DownwardChange, UpwardChange } from './change.ts';
import type { Snapshot } from './record.ts';
import type { Observations } from './refresh.ts';
import type { ResourceType } from './resource.ts';

/** Everything one planning run reads and has decided so far. */
export interface Planning {
  readonly snapshot: Snapshot;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly observations: Observations;
  readonly ups: Map<Address, UpwardChange>;
  readonly downs: Map<InstanceId, DownwardChange>;
}
