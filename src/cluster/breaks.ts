import { type Address, parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import { isAwaited, standingNodes, type StandingNode } from './standing-nodes.ts';

/** While it is declared, nothing runs on the node but what is its own. */
export function breakAddress({ region, name }: Pick<StandingNode, 'region' | 'name'>): Address {
  return parseAddress(`${region}.break.${name}`);
}

/** Of all that have a break those of which the node is not awaited any more: it has said that it runs what it was told. */
export function breaksToEnd(snapshot: Pick<Snapshot, 'records' | 'current'>): readonly string[] {
  const ended = standingNodes(snapshot).filter((node) => hasBreak(snapshot, node) && !isAwaited(node));
  return ended.map(({ name }) => name);
}

export function hasBreak(snapshot: Pick<Snapshot, 'current'>, node: Pick<StandingNode, 'region' | 'name'>): boolean {
  const status = snapshot.current(breakAddress(node))?.status;
  return status !== undefined && status !== 'destroying';
}
