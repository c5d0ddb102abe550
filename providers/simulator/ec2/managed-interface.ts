import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';

const ManagedInterface = z.strictObject({
  /** What it serves. */
  ownerArn: z.string(),
  vpcId: z.string(),
  subnetId: z.string(),
  groupIds: z.array(z.string()).readonly(),
  hasPublicIp: z.boolean(),
  /** What it serves is gone; it lingers until then. */
  goneAtMs: z.number().optional(),
  tags: Tags,
});
export type ManagedInterface = Readonly<z.output<typeof ManagedInterface>>;

/** Interfaces that another service has put into a network: nobody else removes them, and they hold what they use. */
export const MANAGED_INTERFACES = defineKind<ManagedInterface>({
  name: 'managed-interface',
  scope: 'region',
  schema: ManagedInterface,
  isAlive: () => false,
});

export function hasManagedInterface(desk: Desk, uses: (one: ManagedInterface) => boolean): boolean {
  const isThere = ({ goneAtMs = Infinity }: ManagedInterface): boolean => desk.nowMs < goneAtMs;
  return desk.truth(MANAGED_INTERFACES).find((one) => isThere(one) && uses(one)) !== undefined;
}
