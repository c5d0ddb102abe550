import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { type ClusterSight, clusterSight } from '#kubernetes/cluster-sight.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';

const FOREVER = new AbortController().signal;
const MERGE = 'application/merge-patch+json';
const SYSTEM = '/api/v1/namespaces/kube-system';
const NOW = '2026-11-23T00:00:00.000000Z';

describe.skipIf(KUBERNETES === undefined)('what a real API says of the cluster itself', () => {
  let plane: ControlPlane;
  let api: KubernetesApi;

  beforeAll(async () => {
    plane = await ControlPlane.open();
    api = plane.api();
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  const post = (path: string, body: object) => api.ask({ method: 'POST', path, body }, FOREVER);
  const state = (path: string, status: object) =>
    api.ask({ method: 'PATCH', path: `${path}/status`, body: { status }, contentType: MERGE }, FOREVER);

  async function node(name: string, conditions: readonly object[]): Promise<void> {
    await post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await state(`/api/v1/nodes/${name}`, { conditions });
  }

  async function pod(name: string, spec: object, status: object): Promise<void> {
    const containers = [{ name: 'web', image: 'web' }];
    await post(`${SYSTEM}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } });
    await state(`${SYSTEM}/pods/${name}`, { phase: 'Running', ...status });
  }

  /** The servers of the API have leases as well. */
  async function sight(): Promise<ClusterSight> {
    const seen = await clusterSight(api, FOREVER);
    return { ...seen, leases: seen.leases.filter(({ name }) => !name.startsWith('apiserver-')) };
  }

  test('is little while there is little', async () => {
    expect(await sight()).toEqual({ nodes: [], leases: [], resolvers: undefined, pods: [] });
  });

  test('is who is ready, who leads, who answers for names, and where pods are', async () => {
    await node('worker-1', [{ type: 'Ready', status: 'True' }]);
    await node('worker-2', [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }]);
    await node('worker-3', []);
    const lease = { holderIdentity: 'control-plane-1_x', renewTime: NOW, leaseDurationSeconds: 15 };
    await post('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'kube-scheduler' },
      spec: lease,
    });
    const metadata = { name: 'kube-dns', labels: { 'kubernetes.io/service-name': 'kube-dns' } };
    const ports = [{ name: 'dns', port: 53, protocol: 'UDP' }];
    await post(`${SYSTEM}/services`, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
    expect((await clusterSight(api, FOREVER)).resolvers).toEqual({ ready: 0, all: 0 });
    await post('/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.100.0.2'], conditions: { ready: true } },
        { addresses: ['10.100.1.2'], conditions: { ready: false } },
        { addresses: ['10.100.2.2'] },
      ],
      ports,
    });
    const ready = [{ type: 'Ready', status: 'True' }];
    const at = (address: string) => ({ podIP: address, podIPs: [{ ip: address }] });
    await pod('well', { nodeName: 'worker-1' }, { ...at('10.100.0.2'), conditions: ready });
    await pod('unready', { nodeName: 'worker-1' }, at('10.100.0.3'));
    await pod('of-the-host', { nodeName: 'worker-1', hostNetwork: true }, { ...at('10.43.0.1'), conditions: ready });
    await pod('ended', { nodeName: 'worker-1' }, { ...at('10.100.0.4'), phase: 'Succeeded', conditions: ready });
    expect(await sight()).toEqual({
      nodes: [
        { name: 'worker-1', is: { is: 'ready' } },
        { name: 'worker-2', is: { is: 'pending', waitingFor: 'Kubelet stopped posting node status.' } },
        { name: 'worker-3', is: { is: 'pending', waitingFor: 'its kubelet to say that it is ready' } },
      ],
      leases: [{ name: 'kube-scheduler', holder: 'control-plane-1_x', renewedMs: Date.parse(NOW) }],
      resolvers: { ready: 2, all: 3 },
      pods: [{ name: 'well', namespace: 'kube-system', node: 'worker-1', address: '10.100.0.2' }],
    });
  });
});
