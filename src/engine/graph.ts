import type { Address } from './address.ts';
import { problem } from './problem.ts';

interface Addressed {
  readonly address: Address;
}

/** Dependencies before dependents, else in the given order; linear in nodes and edges, whatever that order is. */
export function topologicalOrder<Node extends Addressed>(
  nodes: ReadonlyMap<Address, Node>,
  dependenciesOf: (node: Node) => readonly Address[],
): readonly Node[] {
  const waitingFor = new Map<Address, number>();
  const dependents = new Map<Address, Node[]>();
  for (const node of nodes.values()) {
    const dependencies = dependenciesOf(node);
    waitingFor.set(node.address, dependencies.length);
    for (const dependency of dependencies) {
      const known = dependents.get(dependency);
      if (known === undefined) dependents.set(dependency, [node]);
      else known.push(node);
    }
  }
  const ordered = [...nodes.values()].filter((node) => waitingFor.get(node.address) === 0);
  for (const node of ordered) {
    for (const dependent of dependents.get(node.address) ?? []) {
      const left = (waitingFor.get(dependent.address) ?? 0) - 1;
      waitingFor.set(dependent.address, left);
      if (left === 0) ordered.push(dependent);
    }
  }
  if (ordered.length < nodes.size) throw cycleProblem(nodes, dependenciesOf, waitingFor);
  return ordered;
}

function cycleProblem<Node extends Addressed>(
  nodes: ReadonlyMap<Address, Node>,
  dependenciesOf: (node: Node) => readonly Address[],
  waitingFor: ReadonlyMap<Address, number>,
) {
  const stuck = (address: Address) => (waitingFor.get(address) ?? 0) > 0;
  const path: Address[] = [];
  const placeInPath = new Map<Address, number>();
  let next = [...nodes.keys()].find(stuck);
  while (next !== undefined && !placeInPath.has(next)) {
    placeInPath.set(next, path.length);
    path.push(next);
    const node = nodes.get(next);
    next = node === undefined ? undefined : dependenciesOf(node).find(stuck);
  }
  const start = next === undefined ? 0 : (placeInPath.get(next) ?? 0);
  const circle = [...path.slice(start), ...(next === undefined ? [] : [next])];
  return problem('blueprint.cycle', { detail: `${circle.join(' → ')} need one another.` });
}
