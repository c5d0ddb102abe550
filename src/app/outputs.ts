import { BASTION } from '#cluster/bastion.ts';
import { publicAddressOf } from '#cluster/machine-address.ts';
import { outputsOf } from '#cluster/outputs.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Snapshot } from '#engine/record.ts';
import type { Output, Target } from './app.ts';
import { delegationOf } from './delegation.ts';
import type { OpenCluster } from './open-cluster.ts';
import { readCluster } from './read-cluster.ts';
import { serviceOutputs } from './service-outputs.ts';
import type { StatePlace } from './state-location.ts';
import type { Workstation } from './workstation.ts';

export async function outputs(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const { cluster, snapshot, file, place } = await readCluster(workstation, target, signal);
  return describeOutputs({ cluster, place, snapshot, spec: file.spec }, signal);
}

interface Standing {
  readonly cluster: OpenCluster;
  readonly place: StatePlace;
  readonly snapshot: Snapshot;
  readonly spec: ClusterSpec;
}

/** What a person takes away from a cluster. */
export async function describeOutputs(
  { cluster, place, snapshot, spec }: Standing,
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const machines = [...snapshot.records.values()].flatMap((record) => {
    const [region, kind, name, ...parts] = record.address.split('.');
    const isMachine = region === spec.region && kind === 'machine' && parts.length === 0 && !record.deposed;
    if (!isMachine || name === undefined || name === BASTION) return [];
    const value = publicAddressOf(snapshot, region, name);
    return value === undefined ? [] : [{ name: `node ${name}`, value }];
  });
  const byName = machines.toSorted((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }));
  const delegation = await delegationOf(cluster, { snapshot, spec }, signal);
  const found = delegation === undefined ? [] : [{ name: 'delegation', value: delegation.found }];
  const services = await serviceOutputs({ cluster, snapshot, spec }, signal);
  return [...outputsOf(snapshot, spec), ...services, ...found, ...byName, { name: 'state', value: place.title }];
}
