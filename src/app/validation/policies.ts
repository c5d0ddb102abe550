import type { PolicySight } from '#kubernetes/policy-sight.ts';
import { judged, type Trouble, type ValidationFinding } from './finding.ts';

/** Of the platform, with exemptions that are written down. */
const OWN = new Set(['kube-system', 'kube-public', 'kube-node-lease']);
/** Kubernetes itself has the first, and `bootstrap kubeconfig` puts whoever is to do anything into the second. */
const MEANT = new Set(['Group system:masters', 'Group bootstrap:admins']);

/** What the CIS Kubernetes Benchmark asks of who may do what: mostly a matter of judgement, so that it is only shown. */
export function judgePolicies(
  cluster: string,
  { mighty, nameless, namespaces }: PolicySight,
): readonly ValidationFinding[] {
  const show = (what: string): string => `bootstrap kubectl ${cluster} -- get ${what}`;
  const care = (where: string, what: string, next: string): Trouble => ({ verdict: 'care', where, what, next });
  const others = namespaces.filter(({ name }) => !OWN.has(name));
  const troubles = [
    ...mighty
      .filter(({ who }) => !MEANT.has(who))
      .map(({ who, binding }) =>
        care(who, `CIS 5.1.1: may do anything, by ${binding}.`, show(`clusterrolebinding ${binding}`)),
      ),
    ...nameless.map((binding) =>
      care(
        binding,
        'CIS 5.1.5: gives something to whatever names no account.',
        show('rolebindings,clusterrolebindings -A'),
      ),
    ),
    ...others
      .filter(({ level }) => level !== undefined && level !== 'restricted')
      .map(({ name, level = '' }) =>
        care(name, `CIS 5.2: its pods are held to ${level} only.`, show(`namespace ${name} --show-labels`)),
      ),
    ...others
      .filter(({ hasPods, hasPolicy }) => hasPods && !hasPolicy)
      .map(({ name }) =>
        care(name, 'CIS 5.3.2: no policy says who may reach its pods.', show(`networkpolicies -n ${name}`)),
      ),
    ...others
      .filter(({ name, hasPods }) => name === 'default' && hasPods)
      .map(({ name }) => care(name, 'CIS 5.6.4: pods run in it.', show('pods -n default'))),
  ];
  return judged('security', troubles, 'CIS 5.1.1, 5.1.5, 5.2, 5.3.2, 5.6.4 met by what is in the API.');
}
