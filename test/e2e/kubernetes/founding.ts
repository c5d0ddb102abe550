import { expect, test } from 'vitest';
import { type Counts, type KubernetesCluster, NAME } from '../kubernetes-cluster.ts';

const CONTROL = ['apiserver', 'controller-manager', 'scheduler', 'services'];

export function nodesOf({ controlPlanes, workers }: Counts): readonly string[] {
  const named = (role: string, count: number) => Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
  return [...named('converged', controlPlanes), ...named('worker', workers)];
}

export function foundingChecks(cluster: KubernetesCluster, counts: Counts): void {
  test('is made with every node ready', async () => {
    const end = await cluster.place.good(['create', '-f', cluster.file, '--yes', '--plain']);
    cluster.tell(`create, ${nodesOf(counts).length} machines at once`, end.tookMs);
    expect(await cluster.readyNodes()).toEqual(nodesOf(counts));
    await cluster.place.good(['plan', NAME]);
  });

  test('runs every part of it on every machine', async () => {
    const { output } = await cluster.place.good(['units', NAME, '--json']);
    for (const unit of [...CONTROL, 'kubelet', 'proxy', 'containerd', 'balancer']) {
      expect(output).toContain(`bootstrap-${unit}.service`);
    }
    expect(output).not.toContain('"failed"');
  });
}
