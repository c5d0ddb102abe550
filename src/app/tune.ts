import type { ClusterSpec } from '#config/cluster-file.ts';
import type { KnownCluster, KnownClusters } from './known-clusters.ts';

/** From the next time it is opened a simulated account is as fast and as kind as the file says that was handed in last. */
export async function tuned(
  clusters: Pick<KnownClusters, 'update'>,
  known: KnownCluster,
  { simulator: wanted }: Pick<ClusterSpec, 'simulator'>,
): Promise<KnownCluster> {
  const { name, simulator } = known;
  if (simulator === undefined || wanted === undefined) return known;
  const { speed, weather } = wanted;
  if (simulator.speed === speed && simulator.weather === weather) return known;
  return clusters.update(name, { simulator: { ...simulator, speed, weather } });
}
