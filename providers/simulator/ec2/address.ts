import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';
import { type Instance, INSTANCES, isThere } from './instance.ts';
import { notFound } from './listing.ts';
import { isHolding, type NatGateway, NAT_GATEWAYS } from './nat-gateway.ts';

const Address = z.strictObject({
  id: z.string(),
  publicIp: z.string(),
  /** The instance that it was associated with last, which may have ended since. */
  association: z.strictObject({ id: z.string(), instanceId: z.string() }).optional(),
  tags: Tags,
});
export type Address = Readonly<z.output<typeof Address>>;

/** Elastic addresses: public ones that stay until they are released. */
export const ADDRESSES = defineKind<Address>({ name: 'elastic-ip', scope: 'region', schema: Address });
export const missingAddress = notFound('InvalidAllocationID.NotFound', 'allocation ID');

/** Who has an address now. An instance that ends lets go of it; a NAT gateway, only when it is gone. */
export interface Holder {
  readonly associationId: string;
  readonly instance?: Instance;
  readonly natGateway?: NatGateway;
}

export function holderOf({ id, association }: Address, desk: Desk): Holder | undefined {
  const natGateway = desk.truth(NAT_GATEWAYS).find((nat) => nat.allocationId === id && isHolding(nat, desk.nowMs));
  if (natGateway !== undefined) return { associationId: natGateway.associationId, natGateway };
  if (association === undefined) return undefined;
  const instance = desk.truth(INSTANCES).get(association.instanceId);
  if (instance === undefined || !isThere(instance, desk.nowMs)) return undefined;
  return { associationId: association.id, instance };
}

/** The elastic address of an instance that is there. */
export function elasticAddressOf({ id }: Pick<Instance, 'id'>, desk: Desk): Address | undefined {
  return desk.truth(ADDRESSES).find(({ association }) => association?.instanceId === id);
}
