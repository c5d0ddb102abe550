import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import {
  alreadyExists,
  CHANGE_LATENCY_MS,
  checkDocument,
  deleteConflict,
  limitExceeded,
  listed,
  paging,
  Path,
  RoleName,
  TagList,
  tagListOf,
  tagsFrom,
  uniqueId,
} from './entities.ts';
import { changeRole, missingRole, profilesWith, type Role, ROLES, roleSeen, roleShown } from './role.ts';

const ROLES_MAX = 1_000;

const RoleInput = z.strictObject({ RoleName });

const createRole = defineOperation({
  name: 'CreateRole',
  input: RoleInput.extend({
    Path: Path.optional(),
    AssumeRolePolicyDocument: z.string(),
    Description: z.string().max(1_000).optional(),
    MaxSessionDuration: z.int().min(3_600).max(43_200).optional(),
    Tags: TagList.optional(),
  }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ RoleName: name, Path: path = '/', ...input }, desk) {
    checkDocument(input.AssumeRolePolicyDocument);
    const tags = tagsFrom(input.Tags);
    if (desk.truth(ROLES).get(name) !== undefined) throw alreadyExists(`Role with name ${name} already exists.`);
    if (desk.truth(ROLES).all().length >= ROLES_MAX) throw limitExceeded('RolesPerAccount', ROLES_MAX);
    const role: Role = {
      name,
      path,
      id: uniqueId('AROA', desk.chance),
      arn: `arn:aws:iam::${desk.accountId}:role${path}${name}`,
      createdAtMs: desk.nowMs,
      description: input.Description ?? '',
      maxSessionSeconds: input.MaxSessionDuration ?? 3_600,
      trust: input.AssumeRolePolicyDocument,
      policies: {},
      attached: [],
      tags,
    };
    desk.put(ROLES, name, role);
    return { Role: { ...roleShown(role), Tags: tagListOf(tags) } };
  },
});

const getRole = defineOperation({
  name: 'GetRole',
  input: RoleInput,
  run({ RoleName: name }, desk) {
    const role = roleSeen(desk, name);
    return { Role: { ...roleShown(role), RoleLastUsed: {}, Tags: tagListOf(role.tags) } };
  },
});

const listRoles = defineOperation({
  name: 'ListRoles',
  input: z.strictObject({ PathPrefix: z.string().optional(), ...paging }),
  run({ PathPrefix = '/', ...page }, desk) {
    const items = desk
      .view(ROLES)
      .all()
      .filter(({ path }) => path.startsWith(PathPrefix));
    return listed(desk, { member: 'Roles', items, idOf: ({ name }) => name, show: roleShown }, page);
  },
});

const deleteRole = defineOperation({
  name: 'DeleteRole',
  input: RoleInput,
  latencyMs: CHANGE_LATENCY_MS,
  run({ RoleName: name }, desk) {
    const role = desk.truth(ROLES).get(name) ?? missingRole(name);
    if (profilesWith(desk, name).length > 0) throw deleteConflict('remove roles from instance profile');
    if (role.attached.length > 0) throw deleteConflict('detach all policies');
    if (Object.keys(role.policies).length > 0) throw deleteConflict('delete policies');
    desk.remove(ROLES, name);
    return {};
  },
});

const updateAssumeRolePolicy = defineOperation({
  name: 'UpdateAssumeRolePolicy',
  input: RoleInput.extend({ PolicyDocument: z.string() }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ RoleName: name, PolicyDocument: trust }, desk) {
    checkDocument(trust);
    return changeRole(desk, name, () => ({ trust }));
  },
});

const tagRole = defineOperation({
  name: 'TagRole',
  input: RoleInput.extend({ Tags: TagList }),
  latencyMs: CHANGE_LATENCY_MS,
  run: ({ RoleName: name, Tags: list }, desk) =>
    changeRole(desk, name, ({ tags }) => ({ tags: { ...tags, ...tagsFrom(list) } })),
});

const untagRole = defineOperation({
  name: 'UntagRole',
  input: RoleInput.extend({ TagKeys: z.array(z.string()) }),
  latencyMs: CHANGE_LATENCY_MS,
  run: ({ RoleName: name, TagKeys }, desk) =>
    changeRole(desk, name, ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))),
    })),
});

const listRoleTags = defineOperation({
  name: 'ListRoleTags',
  input: RoleInput.extend(paging),
  run({ RoleName: name, ...page }, desk) {
    const items = Object.entries(roleSeen(desk, name).tags);
    const show = ([Key, Value]: [string, string]) => ({ Key, Value });
    return listed(desk, { member: 'Tags', items, idOf: ([key]) => key, show }, page);
  },
});

export const ROLE_OPERATIONS = [
  createRole,
  getRole,
  listRoles,
  deleteRole,
  updateAssumeRolePolicy,
  tagRole,
  untagRole,
  listRoleTags,
] as const;
