import type { ClusterState } from '#engine/cluster-state.ts';
import { problem } from '#engine/problem.ts';
import type { Target } from './app.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import { fileInForce, readFileOf } from './intention.ts';
import type { KnownCluster } from './known-clusters.ts';
import { openCluster, type OpenCluster } from './open-cluster.ts';
import { locateState, type StatePlace } from './state-location.ts';
import { withWholeFolder } from './whole-folder.ts';
import type { Workstation } from './workstation.ts';

/** A cluster as it stands, for those who only look. */
export interface ClusterReading {
  readonly cluster: OpenCluster;
  readonly place: StatePlace;
  readonly snapshot: ClusterState;
  readonly file: ClusterText;
}

export async function readCluster(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): Promise<ClusterReading> {
  const { cluster, place } = await findCluster(workstation, target, signal);
  const snapshot = await place.store.read(signal);
  if (snapshot === undefined) throw problem('state.absent', { detail: `Nothing was begun in ${place.title} yet.` });
  return { cluster, place, snapshot, file: await fileInForce(cluster, place) };
}

/** The cluster that is meant, and where its state is. */
export async function findCluster(
  workstation: Workstation,
  target: Target,
  signal: AbortSignal,
): Promise<Pick<ClusterReading, 'cluster' | 'place'>> {
  const { ports, places } = workstation;
  const { known } = await meantCluster(workstation, target);
  const cluster = await openCluster(known, { ports, places, emit: () => undefined });
  return { cluster, place: await locateState(cluster.locations, signal) };
}

interface Meant {
  readonly known: KnownCluster;
  /** The file that was handed in, if one was. */
  readonly given: ClusterText | undefined;
}

export async function meantCluster(workstation: Workstation, target: Target): Promise<Meant> {
  const given = await givenFile(workstation, target);
  if (given === undefined || !('file' in target)) {
    return { known: await workstation.clusters.get('name' in target ? target.name : ''), given };
  }
  const { name } = given.spec;
  const known = await workstation.clusters.find(name);
  if (known !== undefined) return { known, given };
  const detail = `This workstation does not know ${name}. If it is still to be made: bootstrap create -f ${target.file}`;
  throw problem('cluster.unknown', { detail });
}

export async function givenFile(workstation: Workstation, target: Target): Promise<ClusterText | undefined> {
  if (!('file' in target)) return undefined;
  const { file } = target;
  return withWholeFolder(await readClusterText(await readFileOf(workstation, file), file), file);
}

/** A deleted cluster's name is free; the cluster itself does not come back. */
export function refuseDeleted({ name, isDeleted }: KnownCluster): void {
  if (isDeleted) throw problem('cluster.unknown', { detail: `${name} was deleted; create makes a new one.` });
}
