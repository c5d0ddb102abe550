import { sameValue } from '#std/same-value.ts';
import { type AssetOrder, assetsFor, isOfServer } from './assets.ts';
import type { Edition, Upgrading } from './editions.ts';
import { isControlPlane, ROLES, servesSites } from './roles.ts';
import { isAwaited, type StandingNode } from './standing-nodes.ts';

/** An asset that a node runs, and is to run: by their digests. */
export interface AssetChange {
  readonly name: string;
  /** Undefined: it has none of that name, or nobody knows. */
  readonly from: string | undefined;
  readonly to: string;
}

interface StepNode extends Edition {
  readonly name: string;
  readonly changes: readonly AssetChange[];
}

/** Nodes that are updated at once: the next step begins when all of them have said that they run what they are to. */
export interface UpgradeStep {
  readonly nodes: readonly StepNode[];
}

export interface UpgradeGoal {
  /** What the nodes are to run: those of them that a node's stages need. */
  readonly lock: readonly AssetOrder[];
  /** By digest: also what they run now. */
  readonly known: ReadonlyMap<string, AssetOrder>;
  /** Nodes without a server of the API, in one step; fewer where none would be left that takes pods. */
  readonly atOnce: number;
}

/**
 * In this order no program is ever ahead of a server of the API that it may come to, and never are two machines of the quorum
 * down by our hand:
 *
 * | step by step                  | gets                                        | and has a break              |
 * |-------------------------------|---------------------------------------------|------------------------------|
 * | each node of a control plane  | the server of the API, what is beside it, and its store | no: its pods go on |
 * | each of them again, unless there is one alone, which gets all at once | everything else | as below     |
 * | the other nodes, some at once | everything                                  | when its kubelet changes, it is there for pods, and another such node is |
 *
 * What is on the way to a node already is awaited first, and not sent again.
 */
export function upgradeSteps(standing: readonly StandingNode[], goal: UpgradeGoal): readonly UpgradeStep[] {
  const servers = standing.filter(({ role }) => isControlPlane(roleOf(role)));
  const others = standing.filter((node) => !servers.includes(node));
  const steps: UpgradeStep[] = [];
  const take = (nodes: readonly StandingNode[], part: Part): readonly StandingNode[] => {
    const late = nodes.filter((node) => isLate(node, goal, part));
    const step = { nodes: late.map((node) => stepOf(node, standing, targetOf(node, goal, part), goal)) };
    if (late.length > 0) steps.push(step);
    return nodes.map((node) => updatedBy(step, node));
  };
  const before = servers.length > 1 ? servers.flatMap((server) => take([server], 'server')) : servers;
  for (const server of before) take([server], 'all');
  const behind = others.filter((node) => isLate(node, goal, 'all'));
  const size = Math.max(1, Math.min(goal.atOnce, standing.filter(takesPods).length - 1));
  for (let begin = 0; begin < behind.length; begin += size) take(behind.slice(begin, begin + size), 'all');
  return steps;
}

/**
 * What comes before all else: nodes that are halted in what they were told, or were told what nobody means any more. Nothing
 * else could be awaited before them. Where the next step is theirs, it is that; else they go back to what they ran, which
 * goes with every server of the API. Undefined: there are none.
 */
export function mendingStep(
  standing: readonly StandingNode[],
  goal: UpgradeGoal,
  steps: readonly UpgradeStep[],
): UpgradeStep | undefined {
  const isForeseen = ({ name, updates }: StandingNode): boolean =>
    steps.some(({ nodes }) => nodes.some((one) => one.name === name && one.updates === updates));
  const lost = standing.filter((node) => isAwaited(node) && !isForeseen(node));
  const [first] = steps;
  if (lost.length === 0) return undefined;
  if (first !== undefined && lost.every(({ name }) => first.nodes.some((one) => one.name === name))) return first;
  const back = lost.map((node) => {
    const ran = Object.values(node.runs).flatMap((sha256) => goal.known.get(sha256) ?? []);
    return stepOf(node, standing, ran, goal);
  });
  return { nodes: back };
}

/** As the blueprint takes it. */
export function upgradingTo({ lock }: Pick<UpgradeGoal, 'lock'>, step?: UpgradeStep): Upgrading {
  return { coming: lock, nodes: new Map(step?.nodes.map((node) => [node.name, node] as const)) };
}

type Part = 'server' | 'all';

function targetOf({ stages, runs }: StandingNode, { lock, known }: UpgradeGoal, part: Part): readonly AssetOrder[] {
  const all = assetsFor(stages, lock);
  if (part === 'all') return all;
  const kept = Object.entries(runs).filter(([name]) => !isOfServer(name));
  return [...all.filter(({ name }) => isOfServer(name)), ...kept.flatMap(([, sha256]) => known.get(sha256) ?? [])];
}

function isLate(node: StandingNode, goal: UpgradeGoal, part: Part): boolean {
  const { runs, told } = node;
  const target = digestsIn(targetOf(node, goal, part));
  if (part === 'all') return isAwaited(node) || !sameValue(runs, target);
  const isBehind = (digests: Readonly<Record<string, string>>): boolean =>
    Object.entries(target).some(([name, sha256]) => isOfServer(name) && digests[name] !== sha256);
  return isBehind(runs) || (isAwaited(node) && isBehind(told));
}

function stepOf(
  node: StandingNode,
  standing: readonly StandingNode[],
  assets: readonly AssetOrder[],
  { known }: UpgradeGoal,
): StepNode {
  const { name, runs, told, updates, confirmed, isHalted } = node;
  const isOnItsWay = isAwaited(node) && !isHalted && sameValue(told, digestsIn(assets));
  const changes = assets
    .filter(({ name: asset, sha256 }) => runs[asset] !== sha256)
    .map(({ name: asset, sha256 }) => ({ name: asset, from: runs[asset], to: sha256 }));
  const restarts = changes.some(({ name: asset }) => asset === KUBELET);
  const canLeave = takesPods(node) && standing.some((other) => other.name !== name && takesPods(other));
  return {
    name,
    assets: assets.map((order) => known.get(order.sha256) ?? order),
    updates: isOnItsWay ? updates : Math.max(updates, confirmed) + 1,
    hasBreak: restarts && canLeave,
    changes,
  };
}

const KUBELET = 'kubelet';

function takesPods({ role, stages }: StandingNode): boolean {
  return stages.includes(KUBELET) && servesSites(roleOf(role));
}

/** As it will be when it has confirmed that. */
function updatedBy(step: UpgradeStep, node: StandingNode): StandingNode {
  const own = step.nodes.find(({ name }) => name === node.name);
  if (own === undefined) return node;
  const [runs, { updates }] = [digestsIn(own.assets), own];
  return { ...node, told: runs, runs, updates, confirmed: updates, isHalted: false };
}

function digestsIn(orders: readonly AssetOrder[]): Readonly<Record<string, string>> {
  return Object.fromEntries(orders.map(({ name, sha256 }) => [name, sha256] as const));
}

/** What is not known as one is there for nothing in particular. */
function roleOf(role: string) {
  return ROLES.find((one) => one === role) ?? 'storage';
}
