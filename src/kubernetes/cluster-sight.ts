import { z } from 'zod';
import type { Condition } from '#engine/resource.ts';
import type { KubernetesApi } from './api.ts';
import { LiveObject, readAs } from './live-object.ts';
import { conditionIn } from './readiness.ts';

/** What the API says of the cluster itself, all of it asked at once. */
export interface ClusterSight {
  readonly nodes: readonly SeenNode[];
  readonly leases: readonly SeenLease[];
  /** Those who answer for names inside; undefined: nobody is meant to. */
  readonly resolvers: { readonly ready: number; readonly all: number } | undefined;
  /** Running and ready, with an address of their own; of a large cluster some. */
  readonly pods: readonly SeenPod[];
}

export interface SeenNode {
  readonly name: string;
  readonly is: Extract<Condition, { readonly is: 'ready' | 'pending' }>;
}

export interface SeenLease {
  readonly name: string;
  readonly holder: string;
  readonly renewedMs: number;
}

export interface SeenPod {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly address: string;
}

const PODS_MAX = 1_000;
const SYSTEM = '/namespaces/kube-system';
const DNS_SLICES = `/apis/discovery.k8s.io/v1${SYSTEM}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns`;
const PODS = `/api/v1/pods?fieldSelector=status.phase%3DRunning&limit=${PODS_MAX}`;

export async function clusterSight(api: KubernetesApi, signal: AbortSignal): Promise<ClusterSight> {
  const ask = (path: string): Promise<unknown> => api.ask({ method: 'GET', path }, signal);
  const [nodes, leases, dns, slices, pods] = await Promise.all([
    ask('/api/v1/nodes'),
    ask(`/apis/coordination.k8s.io/v1${SYSTEM}/leases`),
    api.find(`/api/v1${SYSTEM}/services/kube-dns`, signal),
    ask(DNS_SLICES),
    ask(PODS),
  ]);
  return {
    nodes: readAs(Objects, nodes).items.map(nodeFrom),
    leases: readAs(Leases, leases).items.flatMap(leaseFrom),
    resolvers: dns === undefined ? undefined : resolversIn(readAs(Slices, slices)),
    pods: readAs(Pods, pods).items.flatMap(podFrom),
  };
}

const Objects = z.looseObject({ items: z.array(LiveObject) });

function nodeFrom(live: LiveObject): SeenNode {
  const { name } = live.metadata;
  const ready = conditionIn(live, 'Ready');
  if (ready?.status === 'True') return { name, is: { is: 'ready' } };
  return { name, is: { is: 'pending', waitingFor: ready?.message || 'its kubelet to say that it is ready' } };
}

const Leases = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({ holderIdentity: z.string().default(''), renewTime: z.string().optional() }).prefault({}),
    }),
  ),
});

function leaseFrom({ metadata, spec }: z.output<typeof Leases>['items'][number]): readonly SeenLease[] {
  const renewedMs = Date.parse(spec.renewTime ?? '');
  return Number.isNaN(renewedMs) ? [] : [{ name: metadata.name, holder: spec.holderIdentity, renewedMs }];
}

const Slices = z.looseObject({
  items: z.array(
    z.looseObject({
      endpoints: z
        .array(z.looseObject({ conditions: z.looseObject({ ready: z.boolean().optional() }).prefault({}) }))
        .nullish(),
    }),
  ),
});

/** One that does not say is taken for ready. */
function resolversIn({ items }: z.output<typeof Slices>): NonNullable<ClusterSight['resolvers']> {
  const endpoints = items.flatMap((slice) => slice.endpoints ?? []);
  return { ready: endpoints.filter(({ conditions }) => conditions.ready !== false).length, all: endpoints.length };
}

const Pods = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
      spec: z.looseObject({ nodeName: z.string().default(''), hostNetwork: z.boolean().default(false) }),
      status: z.looseObject({
        podIP: z.string().default(''),
        conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});

function podFrom({ metadata, spec, status }: z.output<typeof Pods>['items'][number]): readonly SeenPod[] {
  const { nodeName: node, hostNetwork } = spec;
  const isReady = status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  if (hostNetwork || node === '' || status.podIP === '' || !isReady) return [];
  return [{ name: metadata.name, namespace: metadata.namespace, node, address: status.podIP }];
}
