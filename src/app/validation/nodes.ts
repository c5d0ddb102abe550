import type { ClusterSight, SeenNode } from '#kubernetes/cluster-sight.ts';
import type { NodeStatus } from '../app.ts';
import { judged, type Trouble, type ValidationFinding } from './finding.ts';

interface Nodes {
  readonly cluster: string;
  /** Those that are wanted, as the state has them. */
  readonly wanted: readonly Pick<NodeStatus, 'name' | 'state' | 'detail'>[];
  /** Undefined: the API was not heard. */
  readonly seen: ClusterSight['nodes'] | undefined;
}

/**
 * | the state says | the API says      | so                                       |
 * |----------------|-------------------|------------------------------------------|
 * | not ready      | whatever          | bad: what keeps it                       |
 * | ready          | ready, or nobody heard it | well                             |
 * | ready          | not ready         | bad                                      |
 * | ready          | there is none     | bad                                      |
 * | not wanted     | there is one      | bad: a stranger                          |
 */
export function judgeNodes({ cluster, wanted, seen }: Nodes): readonly ValidationFinding[] {
  const inApi = new Map(seen?.map((node) => [node.name, node]));
  const lacking = wanted.flatMap(({ name, state, detail }) => {
    const trouble = state === 'ready' ? troubleInApi(cluster, seen === undefined, inApi.get(name)) : undefined;
    if (state !== 'ready') return [bad(name, `It is ${state}: ${detail}.`, `bootstrap status ${cluster}`)];
    return trouble === undefined ? [] : [bad(name, ...trouble)];
  });
  const names = new Set(wanted.map(({ name }) => name));
  const strangers = (seen ?? []).filter(({ name }) => !names.has(name));
  const strange = strangers.map(({ name }) =>
    bad(name, 'It is a node of Kubernetes, and nobody wants it.', `bootstrap kubectl ${cluster} describe node ${name}`),
  );
  const heard = seen === undefined ? 'ready, as far as the state goes' : 'there and ready';
  return judged('nodes', [...lacking, ...strange], `All ${wanted.length} are ${heard}.`);
}

function troubleInApi(
  cluster: string,
  isUnheard: boolean,
  node: SeenNode | undefined,
): readonly [string, string] | undefined {
  if (isUnheard) return undefined;
  if (node === undefined) return ['It is no node of Kubernetes.', `bootstrap apply ${cluster}`];
  if (node.is.is === 'ready') return undefined;
  return [`It is not ready: ${node.is.waitingFor}.`, `bootstrap kubectl ${cluster} describe node ${node.name}`];
}

function bad(where: string, what: string, next: string): Trouble {
  return { verdict: 'bad', where, what: what.replace(/\.\.$/, '.'), next };
}
