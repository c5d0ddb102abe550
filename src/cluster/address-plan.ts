import { formatAddress, formatCidr, parseCidr, sizeOf } from '#config/cidr.ts';
import { FIRST_SLOT } from '#config/node-slots.ts';
import { assert } from '#std/assert.ts';
import type { Role } from './roles.ts';

const POD_PREFIX = 24;
const POD_SIZE = sizeOf({ prefix: POD_PREFIX });
/** Room for eight zones, of which at most six are used. */
const ZONE_BITS = 3;
/** The eighth part is for the public side of a private network: an eighth of it for each zone. */
const PUBLIC_PART = 7;
/** Nothing smaller can be had at AWS. */
const SUBNET_PREFIX_MAX = 28;

/** Which address range of its cluster a node has, by its role and number (from 1). */
export function slotOf(role: Role, number: number): number {
  return FIRST_SLOT[role] + number - 1;
}

export function zoneCidr(machines: string, zone: number): string {
  return eighth(machines, zone);
}

/** Where what has a public address stands in a zone of a private network. */
export function publicZoneCidr(machines: string, zone: number): string {
  const cidr = eighth(eighth(machines, PUBLIC_PART), zone);
  assert(parseCidr(cidr).prefix <= SUBNET_PREFIX_MAX, `The range ${machines} has room for public parts.`);
  return cidr;
}

function eighth(range: string, index: number): string {
  const { base, prefix: whole } = parseCidr(range);
  const prefix = whole + ZONE_BITS;
  return formatCidr({ base: base + index * sizeOf({ prefix }), prefix });
}

export function overlayAddress(overlay: string, slot: number): string {
  const { base, prefix } = parseCidr(overlay);
  // The first address of a range is nobody's.
  assert(slot + 1 < sizeOf({ prefix }), `The overlay ${overlay} has an address for every node.`);
  return formatAddress(base + slot + 1);
}

/** The first of a range is that of the API, whoever asks for it from within. */
export function serviceAddress(services: string, number: number): string {
  const { base, prefix } = parseCidr(services);
  assert(number < sizeOf({ prefix }), `The range ${services} has ${number} addresses for services.`);
  return formatAddress(base + number);
}

export function podCidr(pods: string, slot: number): string {
  const { base, prefix } = parseCidr(pods);
  assert((slot + 1) * POD_SIZE <= sizeOf({ prefix }), `The range ${pods} has room for the pods of every node.`);
  return formatCidr({ base: base + slot * POD_SIZE, prefix: POD_PREFIX });
}
