import { z } from 'zod';
import { defineKind, Tags } from '../objects.ts';
import { notFound } from './listing.ts';

/** What is settled when it is made and when somebody asks for its end; its states follow with time. */
const NatGateway = z.strictObject({
  id: z.string(),
  vpcId: z.string(),
  subnetId: z.string(),
  /** Of its address. */
  allocationId: z.string(),
  associationId: z.string(),
  publicIp: z.string(),
  createdAtMs: z.number(),
  /** When it becomes available, or fails. */
  settledAtMs: z.number(),
  failure: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  deletedAtMs: z.number().optional(),
  goneAtMs: z.number().optional(),
  tags: Tags,
});
export type NatGateway = Readonly<z.output<typeof NatGateway>>;

export const NAT_GATEWAYS = defineKind<NatGateway>({
  name: 'natgateway',
  scope: 'region',
  schema: NatGateway,
  isAlive: isHolding,
});
export const missingNatGateway = notFound('NatGatewayNotFound', 'NAT gateway');

export type NatGatewayState = 'pending' | 'available' | 'failed' | 'deleting' | 'deleted';

export function natStateAt(nat: NatGateway, atMs: number): NatGatewayState {
  const { settledAtMs, failure, deletedAtMs = Infinity, goneAtMs = Infinity } = nat;
  if (atMs >= goneAtMs) return 'deleted';
  if (atMs >= deletedAtMs) return 'deleting';
  if (atMs < settledAtMs) return 'pending';
  return failure === undefined ? 'available' : 'failed';
}

/** Whether it has its address, its place in the subnet, and a price. */
export function isHolding(nat: NatGateway, nowMs: number): boolean {
  if (nat.failure !== undefined && nowMs >= nat.settledAtMs) return false;
  return nowMs < (nat.goneAtMs ?? Infinity);
}

const SHOWN_AFTER_END_MS = 3_600_000;

/** One that was deleted, or has failed, is described for about an hour more. */
export function isShown({ failure, settledAtMs, goneAtMs }: NatGateway, nowMs: number): boolean {
  const endedAtMs = goneAtMs ?? (failure === undefined ? Infinity : settledAtMs);
  return nowMs < endedAtMs + SHOWN_AFTER_END_MS;
}
