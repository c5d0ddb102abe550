import { outputsOf } from '#cluster/outputs.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Snapshot } from '#engine/record.ts';
import type { Output, Target } from './app.ts';
import { publicAddressOf } from './node-status.ts';
import { readCluster } from './read-cluster.ts';
import type { StatePlace } from './state-location.ts';
import type { Workstation } from './workstation.ts';

export async function outputs(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const { snapshot, file, place } = await readCluster(workstation, target, signal);
  return describeOutputs(place, { snapshot, spec: file.spec });
}

/** What a person takes away from a cluster. */
export function describeOutputs(
  place: StatePlace,
  { snapshot, spec }: { readonly snapshot: Snapshot; readonly spec: ClusterSpec },
): readonly Output[] {
  const machines = [...snapshot.records.values()].flatMap((record) => {
    const [region, kind, name] = record.address.split('.');
    const value = publicAddressOf(record);
    const isMachine = region === spec.region && kind === 'machine' && !record.deposed;
    return isMachine && name !== undefined && value !== undefined ? [{ name: `node ${name}`, value }] : [];
  });
  const byName = machines.toSorted((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }));
  return [...outputsOf(snapshot, spec), ...byName, { name: 'state', value: place.title }];
}
