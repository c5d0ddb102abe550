import type { ClusterSpec } from '#config/cluster-file.ts';
import type { KnownCluster, KnownClusters } from './known-clusters.ts';

/** From the next time it is opened a simulated account runs as fast as the file says that was handed in last. */
export async function paced(
  clusters: Pick<KnownClusters, 'update'>,
  known: KnownCluster,
  { simulator: wanted }: Pick<ClusterSpec, 'simulator'>,
): Promise<KnownCluster> {
  const { name, simulator } = known;
  if (simulator === undefined || wanted === undefined || simulator.speed === wanted.speed) return known;
  return clusters.update(name, { simulator: { ...simulator, speed: wanted.speed } });
}
