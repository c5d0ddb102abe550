import type { Address, InstanceId } from './address.ts';
import { goesFirst, type DownwardChange } from './change.ts';
import type { Planning } from './planning.ts';
import type { ResourceRecord, Snapshot } from './record.ts';

/**
 * A replacement waits for what it depends on. Where that goes before its successor comes, and cannot go while the
 * old object still stands on it, the two would wait for one another: then this one goes first as well.
 */
export function pullForward({ snapshot, ups, downs }: Planning): void {
  const firsts = [...ups.values()].filter(goesFirst);
  if (firsts.length === 0) return;
  const late = new Set(firsts.map(({ address }) => address));
  // Dependencies stand before their dependents: one pass reaches all that wait.
  for (const { address, declaration } of ups.values()) {
    if (declaration.dependsOn.some((dependency) => late.has(dependency))) late.add(address);
  }
  const replaced = [...ups.values()].filter((change) => change.action === 'replace');
  const going = new Set([...replaced.map(({ instanceId }) => instanceId), ...downs.keys()]);
  const dependents = dependentsAmong(snapshot, going);
  const pressing = new Set(firsts.map(({ address }) => address));
  const pressed = new Set<InstanceId>();
  for (const address of pressing) {
    for (const dependent of dependents.get(address) ?? []) {
      pressed.add(dependent.instanceId);
      pressing.add(dependent.address);
    }
  }
  for (const change of replaced) {
    const isPulled = late.has(change.address) && pressed.has(change.instanceId);
    if (isPulled) ups.set(change.address, { ...change, order: 'destroy-first' });
  }
}

/** What an object stands on that cannot be reached is left alone with it: what it holds there cannot be known. */
export function leaveWhatIsStoodOn({ snapshot, observations, ups, downs }: Planning): void {
  const left = [...downs.values()].filter(({ action }) => action === 'leave');
  for (const { instanceId, address } of left) {
    for (const below of snapshot.records.get(instanceId)?.dependsOn ?? []) {
      // Of what is still declared only superseded instances go, and nobody stands on those.
      if (ups.has(below)) continue;
      for (const record of snapshot.instancesAt(below)) {
        const change = downs.get(record.instanceId);
        const isGoing = record.status === 'destroying' || observations.get(record.instanceId)?.state === 'absent';
        if (change?.action !== 'destroy' || isGoing) continue;
        const detail = `${address}, which needs it, does not answer`;
        const leave = { ...change, action: 'leave', because: { reason: 'unreachable', detail } } as const;
        downs.set(record.instanceId, leave);
        left.push(leave);
      }
    }
  }
}

/** What goes, dependents before what they need; where records form a circle, somewhere has to be first. */
export function dependentsFirst({ snapshot, downs }: Planning): readonly DownwardChange[] {
  const dependents = dependentsAmong(snapshot, downs);
  const entered = new Set<InstanceId>();
  const ordered = new Set<DownwardChange>();
  const path = [...downs.values()];
  for (let change = path.at(-1); change !== undefined; change = path.at(-1)) {
    if (entered.has(change.instanceId)) {
      path.pop();
      ordered.add(change);
      continue;
    }
    entered.add(change.instanceId);
    for (const { instanceId } of dependents.get(change.address) ?? []) {
      const above = entered.has(instanceId) ? undefined : downs.get(instanceId);
      if (above !== undefined) path.push(above);
    }
  }
  return [...ordered];
}

function dependentsAmong(
  { records }: Snapshot,
  chosen: Pick<ReadonlySet<InstanceId>, 'has'>,
): ReadonlyMap<Address, readonly ResourceRecord[]> {
  const dependents = new Map<Address, ResourceRecord[]>();
  for (const record of records.values()) {
    if (!chosen.has(record.instanceId)) continue;
    for (const dependency of record.dependsOn) {
      const known = dependents.get(dependency);
      if (known === undefined) dependents.set(dependency, [record]);
      else known.push(record);
    }
  }
  return dependents;
}
