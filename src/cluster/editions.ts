import type { Snapshot } from '#engine/record.ts';
import type { AssetOrder } from './assets.ts';
import { ordersIn, placedOn } from './asset-places.ts';
import { hasBreak } from './breaks.ts';
import { isAwaited, type StandingNode, standingNodes } from './standing-nodes.ts';

/** What one node is to run, by how many updates, and whether it has a break from all work meanwhile. */
export interface Edition {
  readonly assets: readonly AssetOrder[];
  readonly updates: number;
  readonly hasBreak: boolean;
}

export interface Editions {
  /** For nodes that are not there yet, and for the objects in the API that go with them. */
  readonly inForce: readonly AssetOrder[];
  /** Everything that is to be on the shelf. */
  readonly shelved: readonly AssetOrder[];
  /** By name of the node, where it is there. */
  readonly nodes: ReadonlyMap<string, Edition>;
}

/** What an upgrade adds: what is to be on the shelf for it, and what some nodes are to run now. */
export interface Upgrading {
  readonly coming: readonly AssetOrder[];
  readonly nodes: ReadonlyMap<string, Edition>;
}

const NO_UPGRADE: Upgrading = { coming: [], nodes: new Map() };

/**
 * What the nodes of a cluster run. No lock changes that by itself: only an upgrade does.
 *
 * | a node                              | is to run                                                       |
 * |-------------------------------------|-----------------------------------------------------------------|
 * | is there                            | what it was told last, also when another machine becomes it     |
 * | is not there yet, but others are    | what the last of them has that an upgrade comes to, by its own word: so it is never ahead of a server of the API |
 * | is not there yet, nor is any other  | what the lock says                                              |
 */
export function editionsIn(
  snapshot: Pick<Snapshot, 'records' | 'current'>,
  lock: readonly AssetOrder[],
  { coming, nodes: upgraded }: Upgrading = NO_UPGRADE,
): Editions {
  const known = ordersIn(snapshot, lock);
  const standing = standingNodes(snapshot);
  const inForce = inForceAmong(standing, lock, known);
  const nodes = new Map(
    standing.map((node): [string, Edition] => {
      const assets = Object.entries(toldTo(node)).flatMap(
        ([name, sha256]) => known.get(sha256) ?? inForce.find((order) => order.name === name) ?? [],
      );
      const own = { assets, updates: node.updates, hasBreak: isAwaited(node) && hasBreak(snapshot, node) };
      return [node.name, upgraded.get(node.name) ?? own];
    }),
  );
  // What does not come to its end has to go back.
  const kept = standing.flatMap(({ runs }) => Object.values(runs).flatMap((sha256) => known.get(sha256) ?? []));
  const wanted = [...inForce, ...[...nodes.values()].flatMap(({ assets }) => assets), ...kept, ...coming];
  return { inForce, shelved: placedOn(snapshot, wanted), nodes };
}

/** A digest by the name of the asset. What a machine has not confirmed yet it has on its disk, or will have any moment. */
function toldTo({ told, runs, ...node }: StandingNode): Readonly<Record<string, string>> {
  return isAwaited(node) ? told : runs;
}

/** What no node has yet is as the lock says, and what the lock has no more is as it was. */
function inForceAmong(
  standing: readonly StandingNode[],
  lock: readonly AssetOrder[],
  known: ReadonlyMap<string, AssetOrder>,
): readonly AssetOrder[] {
  const held = new Map(standing.flatMap(({ runs }) => Object.entries(runs)));
  const orders = new Map(lock.map((order) => [order.name, order] as const));
  for (const [name, sha256] of held) {
    const order = known.get(sha256);
    if (order !== undefined) orders.set(name, order);
  }
  return [...orders.values()];
}
