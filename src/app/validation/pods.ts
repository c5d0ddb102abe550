import type { SeenPod } from '#kubernetes/cluster-sight.ts';
import { judged, type Trouble, type ValidationFinding } from './finding.ts';
import type { MachineHealth } from './machine-health.ts';

const SYSTEM = 'kube-system';
/** Nothing in it means anything to the shell that it goes through. */
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** One pod of each node, by the node: rather one of the platform, for which nobody has written a policy. */
export function podsToReach(pods: readonly SeenPod[]): ReadonlyMap<string, SeenPod> {
  const sorted = pods
    .filter(({ address }) => ADDRESS.test(address))
    .toSorted((left, right) => Number(left.namespace === SYSTEM) - Number(right.namespace === SYSTEM));
  return new Map(sorted.map((pod) => [pod.node, pod]));
}

interface Reaching {
  readonly cluster: string;
  readonly nodes: readonly string[];
  /** By their nodes. */
  readonly pods: ReadonlyMap<string, SeenPod>;
  readonly machines: readonly MachineHealth[];
}

/**
 * From every machine a pod on every other. What keeps one pod alone from being reached may be a policy, which is as
 * somebody wants it: of the platform's own it is bad.
 */
export function judgePods({ cluster, nodes, pods, machines }: Reaching): readonly ValidationFinding[] {
  const without = nodes.filter((node) => !pods.has(node));
  const unjudged: readonly ValidationFinding[] =
    without.length === 0
      ? []
      : [
          {
            check: 'pods',
            verdict: 'not judged',
            where: without.join(', '),
            what: 'No pod there has an address of its own and is ready.',
          },
        ];
  const mute = machines.filter(({ reached }) => reached === undefined).map(({ node }) => node);
  const unable: readonly ValidationFinding[] =
    mute.length === 0 || pods.size === 0
      ? []
      : [{ check: 'pods', verdict: 'not judged', where: mute.join(', '), what: 'There is no ping to find out with.' }];
  let tried = 0;
  const lost = machines.flatMap(({ node, reached }) =>
    [...pods].flatMap(([home, pod]): readonly Trouble[] => {
      const isReached = home === node ? undefined : reached?.get(pod.address);
      if (isReached === undefined) return [];
      tried += 1;
      if (isReached) return [];
      const what = `It does not reach ${pod.namespace}/${pod.name} (${pod.address}) on ${home}.`;
      const verdict = pod.namespace === SYSTEM ? 'bad' : 'care';
      return [{ verdict, where: node, what, next: `bootstrap overlay status ${cluster}` }];
    }),
  );
  const well = tried === 0 ? '' : `Pods are reached from all other machines, in ${tried} of ${tried} ways.`;
  return [...judged('pods', lost, well), ...unjudged, ...unable];
}
