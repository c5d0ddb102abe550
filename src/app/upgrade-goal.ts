import { NODE_BUNDLE } from '#cluster/assets.ts';
import { ordersIn } from '#cluster/asset-places.ts';
import { standingNodes } from '#cluster/standing-nodes.ts';
import {
  type AssetChange,
  mendingStep,
  type UpgradeGoal,
  type UpgradeStep,
  upgradeSteps,
} from '#cluster/upgrade-steps.ts';
import { objectionsTo } from '#cluster/version-skew.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import { assetOrders } from './asset-orders.ts';
import type { OpenCluster } from './open-cluster.ts';

/** What an upgrade would do, in this order: each step begins when the one before it has come to its end. */
export interface UpgradePreview {
  readonly steps: readonly {
    readonly nodes: readonly {
      readonly node: string;
      readonly changes: readonly VersionChange[];
      /** Its work goes elsewhere meanwhile. */
      readonly hasBreak: boolean;
    }[];
  }[];
}

interface VersionChange {
  readonly asset: string;
  /** Absent: it has none yet, or nobody knows. */
  readonly from?: string | undefined;
  readonly to: string;
}

interface Asked {
  readonly spec: ClusterSpec;
  readonly snapshot: Pick<Snapshot, 'records'>;
  readonly atOnce: number;
}

/** What the nodes are to run by the lock of now; refused before anything is done where that cannot be gone to. */
export async function upgradeGoal(
  { ports, module, known }: Pick<OpenCluster, 'ports' | 'module' | 'known'>,
  { spec, snapshot, atOnce }: Asked,
): Promise<UpgradeGoal> {
  const orders = await assetOrders(ports, spec, module.constructs);
  if (orders === undefined) {
    throw problem('upgrade.nothing-runs', { detail: `The machines of ${known.name} are acted: nothing runs on them.` });
  }
  // What machines bootstrap themselves by they keep as long as they live.
  const lock = orders.filter(({ name }) => name !== NODE_BUNDLE);
  const goal = { lock, known: ordersIn(snapshot, lock), atOnce };
  refuse(objectionsTo(standingNodes(snapshot), lock, goal.known));
  return goal;
}

function refuse({ unreadable, downgrades, leaps, skews }: ReturnType<typeof objectionsTo>): void {
  if (unreadable.length > 0) throw problem('upgrade.version-unreadable', { detail: unreadable.join('\n') });
  if (downgrades.length > 0) throw problem('upgrade.downgrade', { detail: downgrades.join('\n') });
  if (leaps.length > 0) throw problem('upgrade.leap', { detail: leaps.join('\n') });
  if (skews.length > 0) throw problem('upgrade.skew', { detail: skews.join('\n') });
}

export function previewOf(snapshot: Pick<Snapshot, 'records'>, goal: UpgradeGoal): UpgradePreview {
  const standing = standingNodes(snapshot);
  const steps = upgradeSteps(standing, goal);
  const mending = mendingStep(standing, goal, steps);
  const all = mending === undefined || mending === steps[0] ? steps : [mending, ...steps];
  return { steps: all.map((step) => ({ nodes: shownNodes(step, goal) })) };
}

function shownNodes({ nodes }: UpgradeStep, goal: UpgradeGoal): UpgradePreview['steps'][number]['nodes'] {
  return nodes.map(({ name, changes, hasBreak }) => ({
    node: name,
    changes: changes.map((change) => shownChange(change, goal)),
    hasBreak,
  }));
}

const DIGEST_LENGTH = 8;

/** By version; where that is the same by what differs. */
function shownChange({ name, from, to }: AssetChange, { known }: UpgradeGoal): VersionChange {
  const versionOf = (sha256: string): string | undefined => known.get(sha256)?.version;
  const isOther = from === undefined || versionOf(from) !== versionOf(to);
  const shown = (sha256: string): string => {
    const [version, digest] = [versionOf(sha256), sha256.slice(0, DIGEST_LENGTH)];
    return version === undefined ? digest : isOther ? version : `${version} (${digest})`;
  };
  return { asset: name, ...(from === undefined ? {} : { from: shown(from) }), to: shown(to) };
}
