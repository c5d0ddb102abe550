import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { INSTANCE_PROFILES, type InstanceProfile } from '../instance-profiles.ts';
import { defineKind, Tags } from '../objects.ts';
import { noSuchEntity } from './entities.ts';

const Role = z.strictObject({
  name: z.string(),
  path: z.string(),
  /** `AROA…`. */
  id: z.string(),
  arn: z.string(),
  createdAtMs: z.number(),
  description: z.string(),
  maxSessionSeconds: z.int(),
  trust: z.string(),
  /** Inline, by name. */
  policies: z.record(z.string(), z.string()),
  /** ARNs of managed ones. */
  attached: z.array(z.string()).readonly(),
  tags: Tags,
});
export type Role = Readonly<z.output<typeof Role>>;

/** By name. */
export const ROLES = defineKind<Role>({ name: 'role', scope: 'account', schema: Role });

export function roleSeen(desk: Desk, name: string): Role {
  return desk.view(ROLES).get(name) ?? missingRole(name);
}

/** Roles that were made a moment ago are not found by those who want to change them; what is changed is never stale. */
export function roleToChange(desk: Desk, name: string): Role {
  roleSeen(desk, name);
  return desk.truth(ROLES).get(name) ?? missingRole(name);
}

export function changeRole(desk: Desk, name: string, change: (role: Role) => Partial<Role>): object {
  const role = roleToChange(desk, name);
  desk.put(ROLES, name, { ...role, ...change(role) });
  return {};
}

export function profilesWith(desk: Desk, role: string): readonly InstanceProfile[] {
  return desk
    .truth(INSTANCE_PROFILES)
    .all()
    .filter(({ roleName }) => roleName === role);
}

export function missingRole(name: string): never {
  throw noSuchEntity(`The role with name ${name} cannot be found.`);
}

/** As IAM shows a role inside another answer. A listing leaves its tags out. */
export function roleShown(role: Role): object {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.description === '' ? {} : { Description: role.description }),
  };
}
