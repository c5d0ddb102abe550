import type { NodeGroup } from './cluster-file.ts';
import type { Draft } from './draft.ts';
import { type Flaw, isError } from './finding.ts';
import { isModest } from './group-defaults.ts';
import { topologyOf } from './resolve-spec.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { enumerate } from './show.ts';

/** Converged nodes vote and hold the data themselves: only what runs sites is worth having more of. */
const NOT_BESIDE_CONVERGED = ['control-plane', 'storage'] as const;

/** Whether the groups go together and their counts make a cluster. */
export function checkNodes(draft: Draft): void {
  const { written, spec, findings } = draft;
  const beside = NOT_BESIDE_CONVERGED.filter((role) => written.nodes?.[role] !== undefined);
  if (written.nodes?.converged !== undefined && beside.length > 0) {
    const what = `converged stands beside ${enumerate(beside, 'and')}.`;
    const instead = 'Keep either converged, alone or with workers, or the others.';
    return findings.add('nodes.converged', { code: 'config.topology-mixed', what, instead }, 'key');
  }
  for (const role of topologyOf(written.nodes)) {
    const group = spec.nodes[ROLES[role].field];
    if (group === undefined || !findings.isSound(`nodes.${role}`)) continue;
    checkVotes(draft, role, group);
    checkBounds(draft, role, group);
    checkSingle(draft, role, group);
  }
  checkCopies(draft);
}

function checkVotes({ findings }: Draft, role: RoleKey, { count }: NodeGroup): void {
  if (!ROLES[role].isVoter || count % 2 === 1) return;
  const what = `${count} ${role} nodes have ${count} votes.`;
  findings.add(`nodes.${role}.count`, {
    code: 'config.count-even',
    what,
    instead: `Write ${count - 1} or ${count + 1}.`,
  });
}

function checkBounds({ findings }: Draft, role: RoleKey, { count, min = 0, max = Infinity }: NodeGroup): void {
  if (min > max) {
    const what = `min is ${min} and max is ${max}.`;
    return findings.add(`nodes.${role}.min`, { code: 'config.bounds-crossed', what });
  }
  if (count >= min && count <= max) return;
  const what = `count is ${count}, ${count < min ? `min is ${min}` : `max is ${max}`}.`;
  findings.add(`nodes.${role}.count`, { code: 'config.count-outside-bounds', what });
}

function checkSingle({ spec, catalogue, findings }: Draft, role: RoleKey, { count }: NodeGroup): void {
  if (count !== 1 || role === 'storage' || isModest(catalogue)) return;
  // What it does, converged ones do too.
  if (role === 'worker' && spec.nodes.converged !== undefined) return;
  const what = role === 'converged' ? 'One node has every role.' : `There is one ${role} node.`;
  const instead = `${ROLES[role].count} of them survive the loss of any one.`;
  findings.add(`nodes.${role}.count`, { code: 'config.not-highly-available', what, instead });
}

/** Copies of the data, and the nodes that they lie on. */
function checkCopies({ written, spec, catalogue, findings }: Draft): void {
  const role = written.nodes?.converged === undefined ? 'storage' : 'converged';
  const group = spec.nodes[role];
  if (group === undefined || !findings.isSound(`nodes.${role}`) || !findings.isSound('storage')) return;
  const isWritten = written.storage?.replicas !== undefined;
  const found = judgeCopies(spec.storage.replicas, { role, isWritten, ...group });
  if (found === undefined || (isModest(catalogue) && !isError(found.flaw))) return;
  findings.add(found.path, found.flaw);
}

interface Stores extends Pick<NodeGroup, 'count' | 'min'> {
  readonly role: 'storage' | 'converged';
  /** Whether the number of copies was chosen. */
  readonly isWritten: boolean;
}

function judgeCopies(
  replicas: number,
  { role, isWritten, count, min = count }: Stores,
): { readonly path: string; readonly flaw: Flaw } | undefined {
  const path = `nodes.${role}`;
  if (count < replicas) {
    const what = `${replicas} copies do not fit on ${count} ${role} node${count === 1 ? '' : 's'}.`;
    const instead = `Write replicas: ${count}, or ${replicas} nodes and more.`;
    return { path: 'storage.replicas', flaw: { code: 'config.storage-too-few', what, instead } };
  }
  if (min < replicas) {
    const what = `Scaled down to ${min}, there are fewer ${role} nodes than the ${replicas} copies.`;
    return { path: `${path}.min`, flaw: { code: 'config.storage-too-few', what, instead: `Write min: ${replicas}.` } };
  }
  // A single converged node has been warned of already: there is no more to lose by it.
  if (replicas < 3 && (role === 'storage' || count > 1)) {
    const what = `The data is kept in ${replicas === 1 ? 'one copy' : `${replicas} copies`}.`;
    return { path: isWritten ? 'storage.replicas' : `${path}.count`, flaw: { code: 'config.few-replicas', what } };
  }
  if (role === 'converged' || count > replicas) return undefined;
  const what = `${count} storage nodes hold ${replicas} copies.`;
  return {
    path: `${path}.count`,
    flaw: { code: 'config.no-spare-storage', what, instead: `Write count: ${count + 1}.` },
  };
}
