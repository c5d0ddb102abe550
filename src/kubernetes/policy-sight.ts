import { z } from 'zod';
import type { KubernetesApi } from './api.ts';
import { readAs } from './live-object.ts';

/** Who may do what in the cluster, and what keeps it apart, as far as the API can tell. */
export interface PolicySight {
  /** `User ada`: whoever may do anything, by the name of the binding. */
  readonly mighty: readonly { readonly binding: string; readonly who: string }[];
  /** Bindings that give something to whatever runs without an account of its own. */
  readonly nameless: readonly string[];
  readonly namespaces: readonly SeenNamespace[];
}

interface SeenNamespace {
  readonly name: string;
  /** The level of Pod Security that it has asked for itself; undefined: that of the cluster, which is `restricted`. */
  readonly level: string | undefined;
  readonly hasPolicy: boolean;
  readonly hasPods: boolean;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const LEVEL = 'pod-security.kubernetes.io/enforce';

export async function policySight(api: KubernetesApi, signal: AbortSignal): Promise<PolicySight> {
  const ask = (path: string): Promise<unknown> => api.ask({ method: 'GET', path }, signal);
  const [wide, narrow, namespaces, policies, pods] = await Promise.all([
    ask(`${RBAC}/clusterrolebindings`),
    ask(`${RBAC}/rolebindings`),
    ask('/api/v1/namespaces'),
    ask('/apis/networking.k8s.io/v1/networkpolicies'),
    ask('/api/v1/pods?limit=1000'),
  ]);
  const bindings = readAs(Bindings, wide).items;
  const all = [...bindings, ...readAs(Bindings, narrow).items];
  const governed = placesIn(policies);
  const peopled = placesIn(pods);
  return {
    mighty: bindings.filter(({ roleRef }) => roleRef.name === 'cluster-admin').flatMap(whoIn),
    nameless: all.filter((binding) => binding.subjects.some(isNameless)).map(({ metadata }) => metadata.name),
    namespaces: readAs(Named, namespaces).items.map(({ metadata: { name, labels } }) => ({
      name,
      level: labels[LEVEL],
      hasPolicy: governed.has(name),
      hasPods: peopled.has(name),
    })),
  };
}

const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().default(''),
  labels: z.record(z.string(), z.string()).default({}),
});
const Named = z.looseObject({ items: z.array(z.looseObject({ metadata: Metadata })) });
const Subject = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().default('') });
const Bindings = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: Metadata,
      roleRef: z.looseObject({ name: z.string() }),
      subjects: z.array(Subject).default([]),
    }),
  ),
});

function whoIn({ metadata, subjects }: z.output<typeof Bindings>['items'][number]): PolicySight['mighty'] {
  return subjects.map(({ kind, name, namespace }) => ({
    binding: metadata.name,
    who: `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`,
  }));
}

/** The account of whatever names none, in any namespace. */
function isNameless({ kind, name }: z.output<typeof Subject>): boolean {
  return (kind === 'ServiceAccount' && name === 'default') || (kind === 'Group' && name === 'system:serviceaccounts');
}

function placesIn(list: unknown): ReadonlySet<string> {
  return new Set(readAs(Named, list).items.map(({ metadata }) => metadata.namespace));
}
