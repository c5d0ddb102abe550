import { expect, test } from 'vitest';
import type { Counts, KubernetesCluster } from '../kubernetes-cluster.ts';
import { nodesOf } from './founding.ts';

export function scaleChecks(cluster: KubernetesCluster, counts: Counts): void {
  test.each([
    ['gets one more worker', 1],
    ['gives it back', 0],
  ])('%s by the count in its file', async (what, more) => {
    const wanted = { ...counts, workers: counts.workers + more };
    await cluster.wants(wanted);
    const end = await cluster.place.good(['apply', '--plain', '-f', cluster.file]);
    cluster.tell(what, end.tookMs);
    expect(await cluster.readyNodes()).toEqual(nodesOf(wanted));
    await cluster.said('rollout', 'status', 'deployment/web', '--timeout=600s');
  });
}
