import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiRequest, KubernetesApi } from '#kubernetes/api.ts';
import { LiveObject } from '#kubernetes/live-object.ts';

const FOREVER = new AbortController().signal;
const MERGE = 'application/merge-patch+json';
const LOOK_MS = 250;
const LOOKS_MAX = 200;

const PodList = z.looseObject({ items: z.array(LiveObject) });
const Budget = z.looseObject({ status: z.looseObject({ currentHealthy: z.int().default(0) }).prefault({}) });

/** What kubelets say and do, where none runs. */
export class Kubelets {
  readonly #api: KubernetesApi;

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /** What a kubelet does when it comes forward, and again and again from then on. */
  async comeForward(name: string, status = 'True'): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
    await this.#api.ask({ method: 'POST', path: '/api/v1/nodes', body }, FOREVER);
    await this.sayReady(name, status);
  }

  async sayReady(name: string, status: string): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const ready = { type: 'Ready', status, reason: 'Told', message: 'told', lastHeartbeatTime: now };
    const told = { status: { conditions: [{ ...ready, lastTransitionTime: now }] } };
    await this.#api.ask(this.patch(`/api/v1/nodes/${name}/status`, told), FOREVER);
  }

  /** A pod as a kubelet shows it that runs it. */
  async runPod(node: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const containers = [{ name: 'main', image: 'main' }];
    const spec = { nodeName: node, containers, tolerations: [{ operator: 'Exists' }] };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec };
    const path = '/api/v1/namespaces/default/pods';
    await this.#api.ask({ method: 'POST', path, body }, FOREVER);
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await this.#api.ask(this.patch(`${path}/${name}/status`, { status }), FOREVER);
  }

  /** What a kubelet does when a pod is to end. */
  async endPods(node: string): Promise<readonly string[]> {
    const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    const { items } = PodList.parse(await this.#api.find(path, FOREVER));
    const ending = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    for (const { metadata } of ending) {
      const one = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
      await this.#api.ask({ method: 'DELETE', path: one, body: { gracePeriodSeconds: 0 } }, FOREVER);
    }
    return ending.map(({ metadata }) => metadata.name);
  }

  async untilHealthy(budget: string): Promise<void> {
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      if (Budget.parse(await this.#api.find(budget, FOREVER)).status.currentHealthy === 1) return;
      await sleep(LOOK_MS);
    }
    throw new RangeError('Its budget does not see the pod.');
  }

  patch(path: string, body: object): ApiRequest {
    return { method: 'PATCH', path, body, contentType: MERGE };
  }
}
