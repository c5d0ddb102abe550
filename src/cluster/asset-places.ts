import { z } from 'zod';
import { type Address, parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import { Asset } from '#host/protocol.ts';
import type { AssetOrder } from './assets.ts';

const Known = z.object({ ...Asset.shape, from: z.string(), version: z.string().optional() });

/** By digest: what is on the shelf or was to be, and what the lock says, which knows best where it is to be had. */
export function ordersIn(
  { records }: Pick<Snapshot, 'records'>,
  lock: readonly AssetOrder[],
): ReadonlyMap<string, AssetOrder> {
  const shelved = [...records.values()].flatMap(({ kind, inputs }) => {
    const known = kind === 'asset' ? Known.safeParse(inputs).data : undefined;
    return known ?? [];
  });
  return new Map([...shelved, ...lock].map((order) => [order.sha256, order] as const));
}

const DIGEST_LENGTH = 8;

/**
 * Each with its place among the resources. What is on the shelf stays where it is; beside another asset of its name that is
 * still wanted it has a place of its own:
 *
 * | in the state                          | its address              |
 * |---------------------------------------|--------------------------|
 * | is it                                 | the same                 |
 * | is another of its name, still wanted  | `asset.<name>.<digest>`  |
 * | is none, or one that is not wanted    | `asset.<name>`           |
 */
export function placedOn(
  snapshot: Pick<Snapshot, 'records' | 'current'>,
  wanted: readonly AssetOrder[],
): readonly AssetOrder[] {
  const orders = [...new Map(wanted.map((order) => [order.sha256, order] as const)).values()];
  const digests = new Set(orders.map(({ sha256 }) => sha256));
  const places = new Map<string, Address>();
  const taken = new Set<Address>();
  for (const { kind, deposed, address, inputs } of snapshot.records.values()) {
    const known = kind === 'asset' && !deposed ? Known.safeParse(inputs).data : undefined;
    if (known === undefined || !digests.has(known.sha256) || places.has(known.sha256)) continue;
    places.set(known.sha256, address);
    taken.add(address);
  }
  return orders.map((order) => {
    const { name, sha256 } = order;
    const own = parseAddress(`asset.${name}`);
    const address =
      places.get(sha256) ?? (taken.has(own) ? parseAddress(`${own}.${sha256.slice(0, DIGEST_LENGTH)}`) : own);
    taken.add(address);
    return { ...order, address };
  });
}
