import type { Address } from './address.ts';
import type { Because, DownwardChange } from './change.ts';
import type { Planning } from './planning.ts';
import type { ResourceRecord } from './record.ts';

/**
 * For an object that holds no declared address:
 *
 * | its host           | it is           | then                                     |
 * |--------------------|-----------------|------------------------------------------|
 * | goes               |                 | abandon: it goes with the host           |
 * | stays, or has none | unreachable     | leave it alone until it answers          |
 * |                    | to be retained  | abandon, unless it never became ready    |
 * |                    | anything else   | destroy                                  |
 */
export function planDown(planning: Planning, record: ResourceRecord): DownwardChange {
  const { address, kind, instanceId } = record;
  const known = planning.downs.get(instanceId);
  if (known !== undefined) return known;
  const base = { address, kind, instanceId };
  const decided = decide(planning, record);
  const change: DownwardChange = { ...base, ...decided };
  planning.downs.set(instanceId, change);
  return change;
}

type Decision = Pick<DownwardChange, 'action' | 'because'>;

function decide(planning: Planning, record: ResourceRecord): Decision {
  const { address, within, deposed, retain, instanceId, status } = record;
  if (within !== undefined && hostGoes(planning, within))
    return { action: 'abandon', because: { reason: 'host-goes', host: within } };
  const seen = planning.observations.get(instanceId);
  if (seen?.state === 'unreachable')
    return { action: 'leave', because: { reason: 'unreachable', detail: seen.reason } };
  // What was never ready holds nothing worth keeping, and may not even exist.
  if (retain && status !== 'creating') return { action: 'abandon', because: { reason: 'retained' } };
  const interrupted: Because = { reason: 'interrupted', while: 'destroying' };
  if (status === 'destroying') return { action: 'destroy', because: interrupted };
  const superseded = deposed || planning.ups.has(address);
  return { action: 'destroy', because: { reason: superseded ? 'superseded' : 'not-declared' } };
}

function hostGoes(planning: Planning, host: Address): boolean {
  const up = planning.ups.get(host);
  if (up !== undefined) return up.action === 'replace' || up.action === 'create';
  const record = planning.snapshot.current(host);
  return record === undefined || planDown(planning, record).action !== 'leave';
}
