import type { InstanceId } from '#engine/address.ts';
import { ABSENT, type Observation, READY, type ResourceContext } from '#engine/resource.ts';

export interface StateAloneSession {
  /** What lived in the state alone and this process has destroyed: nobody else could tell. */
  readonly forgotten: Set<InstanceId>;
}

/** Looks at what lives in the state and nowhere else. Until it is in there nobody has used it: making another is harmless. */
export function lookInState<Outputs>(
  { forgotten }: StateAloneSession,
  { cluster, instanceId }: ResourceContext,
  last: Outputs | undefined,
): Observation<Outputs> {
  if (last === undefined || forgotten.has(instanceId)) return ABSENT;
  return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
}
