import { expect, test } from 'vitest';
import { type KubernetesCluster, NAME } from '../kubernetes-cluster.ts';

export function farewellChecks(cluster: KubernetesCluster): void {
  test('goes, and leaves nothing', async () => {
    const end = await cluster.place.good(['delete', NAME, '--yes', '--plain']);
    cluster.tell('delete', end.tookMs);
    expect(await cluster.place.processes()).toEqual([]);
  });
}
