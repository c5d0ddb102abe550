import { isUpward, type ReplaceChange, type UpwardChange } from '#engine/change.ts';
import type { Plan } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import { node } from '#host/node.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import { QUORUM_TURN } from './machines.ts';

/**
 * The machine of a node and its successor have one name and one address in the overlay: never are both members, and the one
 * leaves before the other joins. So what a machine of the control plane holds it leaves to others; where there are none it
 * refuses to leave, and whoever waits for it waits in vain. That is said before anything is done.
 */
export function lookAtQuorum({ changes }: Pick<Plan, 'changes'>, snapshot: Snapshot): readonly PreflightFinding[] {
  const voting = changes.filter(isUpward).filter(({ declaration }) => declaration.turn === QUORUM_TURN);
  const [lone] = voting;
  if (lone === undefined || voting.length > 1 || !isExchanged(lone) || !isNode(lone, snapshot)) return [];
  const what = `${lone.address} is to be replaced, and no other machine can keep what its etcd holds meanwhile`;
  const remedy =
    'With a count of 3 the same change is made without a loss; after that 1 can be written again. Or: bootstrap etcd snapshot, delete, create, etcd restore.';
  return [{ check: 'quorum', verdict: 'bad', what, remedy }];
}

/** For another one that is wanted: one that is broken has nothing to hand over any more. */
function isExchanged(change: UpwardChange): change is ReplaceChange {
  const { reason } = change.because;
  return change.action === 'replace' && (reason === 'inputs-changed' || reason === 'dependency-changes');
}

/** Until a node was ready on it nobody counts on what it holds. */
function isNode({ address }: UpwardChange, { records }: Snapshot): boolean {
  const inside = [...records.values()].filter(({ within, deposed }) => within === address && !deposed);
  return inside.some(({ kind, status }) => kind === node.kind && (status === 'ready' || status === 'updating'));
}
