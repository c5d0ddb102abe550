import type { CatalogueDefaults, GroupDefaults } from '#provider/catalogue.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { parseGiB } from './size.ts';
import { REPLICAS_DEFAULT, ZONES_DEFAULT } from './written-file.ts';
import { DATA_DISKS_DEFAULT } from './written-nodes.ts';

/** Undefined: no provider is named yet. */
type Offer = { readonly defaults?: CatalogueDefaults } | undefined;

/** What a group of nodes is where the file says nothing. */
export function groupDefaults(role: RoleKey, offer: Offer): GroupDefaults {
  const { count, disk, needs } = ROLES[role];
  const cloud = { count, systemDiskGiB: parseGiB(disk), dataDisksGiB: DATA_DISKS_DEFAULT.map(parseGiB), needs };
  return offer?.defaults?.groups[role] ?? cloud;
}

export function zonesDefault(offer: Offer): number {
  return offer?.defaults?.zones ?? ZONES_DEFAULT;
}

/** Where a cluster is not highly available by itself, nobody has to be told that it is not. */
export function isModest(offer: Offer): boolean {
  return groupDefaults('storage', offer).count < REPLICAS_DEFAULT;
}
