import { assert } from '#std/assert.ts';
import type { Role } from './roles.ts';

const POD_PREFIX = 24;
/** Room for eight zones, of which at most six are used. */
const ZONE_BITS = 3;

/** Each role has its own range of slots, so that a node keeps its addresses whatever the other roles do. */
const FIRST_SLOT: Readonly<Record<Role, number>> = { 'control-plane': 0, converged: 0, storage: 16, worker: 128 };

export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

/** Which address range of its cluster a node has, by its role and number (from 1). */
export function slotOf(role: Role, number: number): number {
  return FIRST_SLOT[role] + number - 1;
}

export function parseCidr(text: string): Cidr {
  const [address = '', prefix = ''] = text.split('/');
  const base = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { base, prefix: Number(prefix) };
}

export function zoneCidr(machines: string, zone: number): string {
  const { base, prefix } = parseCidr(machines);
  const zonePrefix = prefix + ZONE_BITS;
  return formatCidr({ base: base + zone * sizeOf(zonePrefix), prefix: zonePrefix });
}

export function overlayAddress(overlay: string, slot: number): string {
  const { base, prefix } = parseCidr(overlay);
  // The first address of a range is nobody's.
  assert(slot + 1 < sizeOf(prefix), `The overlay ${overlay} has an address for every node.`);
  return formatAddress(base + slot + 1);
}

export function podCidr(pods: string, slot: number): string {
  const { base, prefix } = parseCidr(pods);
  assert((slot + 1) * sizeOf(POD_PREFIX) <= sizeOf(prefix), `The range ${pods} has room for the pods of every node.`);
  return formatCidr({ base: base + slot * sizeOf(POD_PREFIX), prefix: POD_PREFIX });
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function formatCidr({ base, prefix }: Cidr): string {
  return `${formatAddress(base)}/${prefix}`;
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
