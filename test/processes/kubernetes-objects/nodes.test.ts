import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { LiveObject } from '#kubernetes/live-object.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';
import { Kubelets } from './kubelets.ts';
import { ObjectStand } from './object-stand.ts';

const FOREVER = new AbortController().signal;
const NOTHING = (): void => undefined;
const LOOK_MS = 250;
const LOOKS_MAX = 200;

function nodeNamed(name: string, roles: readonly string[] = ['worker'], machine = 'i-1') {
  return (builder: BlueprintBuilder): unknown => builder.declare(kubeNode, `node.${name}`, { name, machine, roles });
}

describe.skipIf(KUBERNETES === undefined)('a node of a real API', () => {
  let plane: ControlPlane;
  let api: KubernetesApi;
  let kubelets: Kubelets;

  beforeAll(async () => {
    plane = await ControlPlane.open({ controllers: true });
    api = plane.api();
    kubelets = new Kubelets(api);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  const post = (path: string, body: object) => api.ask({ method: 'POST', path, body }, FOREVER);
  const nodeAt = async (name: string): Promise<LiveObject> =>
    LiveObject.parse(await api.find(`/api/v1/nodes/${name}`, FOREVER));

  test('is waited for, marked, said to be for something, and left alone after that', async () => {
    const stand = new ObjectStand(api, { conditionMs: 20_000 });
    const applied = stand.apply(nodeNamed('late-1', ['worker', 'storage']));
    await sleep(1_000);
    await kubelets.comeForward('late-1', 'False');
    await sleep(1_000);
    await kubelets.sayReady('late-1', 'True');
    expect(await applied).toEqual([]);
    expect(stand.waits).toContain('its kubelet to be ready (told)');
    const { labels } = (await nodeAt('late-1')).metadata;
    expect(labels).toMatchObject({
      'bootstrap/cluster': 'clusterclustercluster',
      'node-role.kubernetes.io/storage': '',
      'node-role.kubernetes.io/worker': '',
    });
    const declared = nodeNamed('late-1', ['worker', 'storage']);
    expect(await stand.pending(declared)).toEqual([]);
    expect(await stand.apply(nodeNamed('late-1', ['worker']))).toEqual([]);
    expect((await nodeAt('late-1')).metadata.labels).not.toHaveProperty(['node-role.kubernetes.io/storage']);
  });

  test('is gone when what ran on it has ended, and what belongs to every node is not waited for', async () => {
    const stand = new ObjectStand(api, { conditionMs: 60_000 });
    await kubelets.comeForward('leaving-1');
    expect(await stand.apply(nodeNamed('leaving-1'))).toEqual([]);
    await kubelets.runPod('leaving-1', 'guest');
    const applied = stand.apply(NOTHING);
    const ended = new Set<string>();
    for (let look = 0; look < LOOKS_MAX && ended.size < 1; look += 1) {
      await sleep(LOOK_MS);
      for (const name of await kubelets.endPods('leaving-1')) ended.add(name);
    }
    expect(await applied).toEqual([]);
    expect([...ended]).toEqual(['guest']);
    expect(await api.find('/api/v1/nodes/leaving-1', FOREVER)).toBeUndefined();
  });

  test('stays while a budget forbids to disturb what runs on it, and says which; then it goes', async () => {
    const stand = new ObjectStand(api, { conditionMs: 5_000 });
    await kubelets.comeForward('needed-1');
    expect(await stand.apply(nodeNamed('needed-1'))).toEqual([]);
    const labels = { app: 'precious' };
    await post('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'keep-precious' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    });
    await kubelets.runPod('needed-1', 'precious', labels);
    const budget = '/apis/policy/v1/namespaces/default/poddisruptionbudgets/keep-precious';
    await kubelets.untilHealthy(budget);
    const [problem] = await stand.apply(NOTHING);
    expect(problem?.code).toBe('call.blocked');
    expect(problem?.detail).toContain(
      'default/precious may not be disturbed (The disruption budget keep-precious needs 1',
    );
    expect(await nodeAt('needed-1')).toMatchObject({ spec: { unschedulable: true } });
    expect(await kubelets.endPods('needed-1')).toEqual([]);

    await api.ask({ method: 'DELETE', path: budget }, FOREVER);
    const applied = stand.apply(NOTHING);
    await until(async () => (await kubelets.endPods('needed-1')).length > 0);
    expect(await applied).toEqual([]);
    expect(await api.find('/api/v1/nodes/needed-1', FOREVER)).toBeUndefined();
  });

  test('that has fallen silent is not waited for', async () => {
    const stand = new ObjectStand(api, { conditionMs: 5_000 });
    await kubelets.comeForward('silent-1');
    expect(await stand.apply(nodeNamed('silent-1'))).toEqual([]);
    await kubelets.runPod('silent-1', 'stuck');
    await kubelets.sayReady('silent-1', 'Unknown');
    expect(await stand.apply(NOTHING)).toEqual([]);
    expect(await api.find('/api/v1/nodes/silent-1', FOREVER)).toBeUndefined();
  });

  test('of another cluster is not taken', async () => {
    await kubelets.comeForward('theirs-1');
    expect(await new ObjectStand(api, { uid: 'anotheranotheranother' }).apply(nodeNamed('theirs-1'))).toEqual([]);
    const failed = await new ObjectStand(api).apply(nodeNamed('theirs-1'));
    expect(failed.map(({ code }) => code)).toEqual(['resource.name-taken']);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if (await isSo()) return;
    await sleep(LOOK_MS);
  }
  throw new Error('It did not come about.');
}
