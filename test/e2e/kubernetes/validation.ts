import { expect, test } from 'vitest';
import { z } from 'zod';
import { type KubernetesCluster, NAME } from '../kubernetes-cluster.ts';

const Validation = z.looseObject({
  running: z.array(z.looseObject({ check: z.string(), verdict: z.string(), what: z.string() })),
});

export function validationChecks(cluster: KubernetesCluster): void {
  test('is found to be well, and to keep others out', async () => {
    const end = await cluster.place.run(['validate', NAME, '--security', '--json']);
    const { running } = Validation.parse(JSON.parse(end.output));
    expect(running.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
    const judged = new Set(running.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check));
    expect([...judged]).toEqual(expect.arrayContaining(['nodes', 'components', 'api', 'certificates', 'security']));
    cluster.tell(`validated by ${running.length} findings`, end.tookMs);
  });
}
