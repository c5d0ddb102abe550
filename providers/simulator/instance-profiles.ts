import { z } from 'zod';
import type { Desk } from './desk.ts';
import { defineKind, Tags } from './objects.ts';

const InstanceProfile = z.strictObject({
  name: z.string(),
  path: z.string(),
  /** `AIPA…`. */
  id: z.string(),
  arn: z.string(),
  createdAtMs: z.number(),
  /** Undefined: no role in it. */
  roleName: z.string().optional(),
  /** EC2 knows of its last change from this moment on. */
  usableFromMs: z.number(),
  tags: Tags,
});
export type InstanceProfile = Readonly<z.output<typeof InstanceProfile>>;

/** IAM writes it, EC2 reads it when it launches. By name. */
export const INSTANCE_PROFILES = defineKind<InstanceProfile>({
  name: 'instance-profile',
  scope: 'account',
  schema: InstanceProfile,
});

/** When EC2 learns of a change that IAM makes now. */
export function drawUsableFromMs({ nowMs, chance, weather }: Desk): number {
  return nowMs + chance.between(0.5, 1) * weather.iamPropagationMs;
}
