import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { kubeBreak } from '#kubernetes/break.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';
import { Kubelets } from './kubelets.ts';
import { ObjectStand } from './object-stand.ts';

const FOREVER = new AbortController().signal;
const LOOK_MS = 250;
const LOOKS_MAX = 200;
const BREAK = 'bootstrap/break';

const Shown = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({ unschedulable: z.boolean().default(false) }).prefault({}),
});

describe.skipIf(KUBERNETES === undefined)('a break of a node of a real API', () => {
  let plane: ControlPlane;
  let api: KubernetesApi;
  let kubelets: Kubelets;

  beforeAll(async () => {
    plane = await ControlPlane.open({ controllers: true });
    api = plane.api();
    kubelets = new Kubelets(api);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  const isThere = (name: string) => (builder: BlueprintBuilder) =>
    builder.declare(kubeNode, `node.${name}`, { name, machine: 'i-1', roles: ['worker'] });
  const hasBreak = (name: string) => (builder: BlueprintBuilder) => {
    isThere(name)(builder);
    builder.declare(kubeBreak, `break.${name}`, { name });
  };

  async function shown(name: string): Promise<{ readonly isOpen: boolean; readonly isMarked: boolean }> {
    const live = Shown.parse(await api.find(`/api/v1/nodes/${name}`, FOREVER));
    return { isOpen: !live.spec.unschedulable, isMarked: BREAK in live.metadata.annotations };
  }

  async function standing(name: string, conditionMs = 60_000): Promise<ObjectStand> {
    const stand = new ObjectStand(api, { conditionMs });
    await kubelets.comeForward(name);
    expect(await stand.apply(isThere(name))).toEqual([]);
    return stand;
  }

  test('begins when nothing is on it any more, and ends with the node open to work', async () => {
    const stand = await standing('worker-1');
    await kubelets.runPod('worker-1', 'guest-1');
    const applied = stand.apply(hasBreak('worker-1'));
    const ended = new Set<string>();
    for (let look = 0; look < LOOKS_MAX && ended.size < 1; look += 1) {
      await sleep(LOOK_MS);
      for (const name of await kubelets.endPods('worker-1')) ended.add(name);
    }
    expect(await applied).toEqual([]);
    expect([...ended]).toEqual(['guest-1']);
    expect(await shown('worker-1')).toEqual({ isOpen: false, isMarked: true });
    expect(await stand.pending(hasBreak('worker-1'))).toEqual([]);
    expect(await stand.apply(isThere('worker-1'))).toEqual([]);
    expect(await shown('worker-1')).toEqual({ isOpen: true, isMarked: false });
  });

  test('leaves a node cordoned that somebody had cordoned before', async () => {
    const stand = await standing('worker-2');
    await api.ask(kubelets.patch('/api/v1/nodes/worker-2', { spec: { unschedulable: true } }), FOREVER);
    expect(await stand.apply(hasBreak('worker-2'))).toEqual([]);
    expect(await shown('worker-2')).toEqual({ isOpen: false, isMarked: true });
    expect(await stand.apply(isThere('worker-2'))).toEqual([]);
    expect(await shown('worker-2')).toEqual({ isOpen: false, isMarked: false });
  });

  test('does not begin while a budget forbids it, says which, and can be ended all the same', async () => {
    const stand = await standing('worker-3', 5_000);
    const labels = { app: 'precious' };
    const spec = { minAvailable: 1, selector: { matchLabels: labels } };
    const budget = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const body = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'keep-precious' }, spec };
    await api.ask({ method: 'POST', path: budget, body }, FOREVER);
    await kubelets.runPod('worker-3', 'precious', labels);
    await kubelets.untilHealthy(`${budget}/keep-precious`);
    const [problem] = await stand.apply(hasBreak('worker-3'));
    expect(problem?.detail).toContain('pods to leave worker-3: default/precious may not be disturbed');
    expect(problem?.detail).toContain('The disruption budget keep-precious needs 1');
    expect(await kubelets.endPods('worker-3')).toEqual([]);
    expect(await shown('worker-3')).toEqual({ isOpen: false, isMarked: true });
    expect(await stand.apply(isThere('worker-3'))).toEqual([]);
    expect(await shown('worker-3')).toEqual({ isOpen: true, isMarked: false });
  });

  test('ends in nothing where its node goes for good', async () => {
    const stand = await standing('worker-4');
    expect(await stand.apply(hasBreak('worker-4'))).toEqual([]);
    expect(await stand.apply(() => undefined)).toEqual([]);
    expect(await api.find('/api/v1/nodes/worker-4', FOREVER)).toBeUndefined();
  });
});
