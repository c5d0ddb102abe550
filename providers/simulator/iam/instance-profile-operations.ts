import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { drawUsableFromMs, INSTANCE_PROFILES, type InstanceProfile } from '../instance-profiles.ts';
import { defineOperation } from '../operation.ts';
import {
  alreadyExists,
  CHANGE_LATENCY_MS,
  deleteConflict,
  limitExceeded,
  listed,
  noSuchEntity,
  paging,
  Path,
  ProfileName,
  RoleName,
  TagList,
  tagListOf,
  tagsFrom,
  uniqueId,
} from './entities.ts';
import { missingRole, ROLES, roleSeen, roleShown } from './role.ts';

const PROFILES_MAX = 1_000;
const ROLES_IN_PROFILE_MAX = 1;

const ProfileInput = z.strictObject({ InstanceProfileName: ProfileName });

const createInstanceProfile = defineOperation({
  name: 'CreateInstanceProfile',
  input: ProfileInput.extend({ Path: Path.optional(), Tags: TagList.optional() }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name, Path: path = '/', Tags: list }, desk) {
    const tags = tagsFrom(list);
    if (desk.truth(INSTANCE_PROFILES).get(name) !== undefined) {
      throw alreadyExists(`Instance Profile ${name} already exists.`);
    }
    if (desk.truth(INSTANCE_PROFILES).all().length >= PROFILES_MAX) {
      throw limitExceeded('InstanceProfilesPerAccount', PROFILES_MAX);
    }
    const profile: InstanceProfile = {
      name,
      path,
      id: uniqueId('AIPA', desk.chance),
      arn: `arn:aws:iam::${desk.accountId}:instance-profile${path}${name}`,
      createdAtMs: desk.nowMs,
      usableFromMs: drawUsableFromMs(desk),
      tags,
    };
    desk.put(INSTANCE_PROFILES, name, profile);
    return { InstanceProfile: { ...shown(desk, profile), Tags: tagListOf(tags) } };
  },
});

const getInstanceProfile = defineOperation({
  name: 'GetInstanceProfile',
  input: ProfileInput,
  run({ InstanceProfileName: name }, desk) {
    const profile = desk.view(INSTANCE_PROFILES).get(name) ?? missing(name);
    return { InstanceProfile: { ...shown(desk, profile), Tags: tagListOf(profile.tags) } };
  },
});

const listInstanceProfiles = defineOperation({
  name: 'ListInstanceProfiles',
  input: z.strictObject({ PathPrefix: z.string().optional(), ...paging }),
  run({ PathPrefix = '/', ...page }, desk) {
    const items = desk
      .view(INSTANCE_PROFILES)
      .all()
      .filter(({ path }) => path.startsWith(PathPrefix));
    return listedProfiles(desk, items, page);
  },
});

const listInstanceProfilesForRole = defineOperation({
  name: 'ListInstanceProfilesForRole',
  input: z.strictObject({ RoleName, ...paging }),
  run({ RoleName: role, ...page }, desk) {
    roleSeen(desk, role);
    const items = desk
      .view(INSTANCE_PROFILES)
      .all()
      .filter(({ roleName }) => roleName === role);
    return listedProfiles(desk, items, page);
  },
});

const deleteInstanceProfile = defineOperation({
  name: 'DeleteInstanceProfile',
  input: ProfileInput,
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name }, desk) {
    const { roleName } = desk.truth(INSTANCE_PROFILES).get(name) ?? missing(name);
    if (roleName !== undefined) throw deleteConflict('remove roles from instance profile');
    desk.remove(INSTANCE_PROFILES, name);
    return {};
  },
});

const MembershipInput = ProfileInput.extend({ RoleName });

const addRoleToInstanceProfile = defineOperation({
  name: 'AddRoleToInstanceProfile',
  input: MembershipInput,
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name, RoleName: roleName }, desk) {
    const profile = profileToChange(desk, name);
    roleSeen(desk, roleName);
    if (desk.truth(ROLES).get(roleName) === undefined) missingRole(roleName);
    if (profile.roleName !== undefined) {
      throw limitExceeded('InstanceSessionsPerInstanceProfile', ROLES_IN_PROFILE_MAX);
    }
    desk.put(INSTANCE_PROFILES, name, { ...profile, roleName, usableFromMs: drawUsableFromMs(desk) });
    return {};
  },
});

const removeRoleFromInstanceProfile = defineOperation({
  name: 'RemoveRoleFromInstanceProfile',
  input: MembershipInput,
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name, RoleName: role }, desk) {
    const { roleName, ...profile } = profileToChange(desk, name);
    if (roleName !== role) {
      throw noSuchEntity(`Role ${role} in Instance Profile ${name} cannot be found.`);
    }
    desk.put(INSTANCE_PROFILES, name, profile);
    return {};
  },
});

const tagInstanceProfile = defineOperation({
  name: 'TagInstanceProfile',
  input: ProfileInput.extend({ Tags: TagList }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name, Tags: list }, desk) {
    const profile = profileToChange(desk, name);
    desk.put(INSTANCE_PROFILES, name, { ...profile, tags: { ...profile.tags, ...tagsFrom(list) } });
    return {};
  },
});

const untagInstanceProfile = defineOperation({
  name: 'UntagInstanceProfile',
  input: ProfileInput.extend({ TagKeys: z.array(z.string()).max(50) }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ InstanceProfileName: name, TagKeys }, desk) {
    const profile = profileToChange(desk, name);
    const tags = Object.fromEntries(Object.entries(profile.tags).filter(([key]) => !TagKeys.includes(key)));
    desk.put(INSTANCE_PROFILES, name, { ...profile, tags });
    return {};
  },
});

function profileToChange(desk: Desk, name: string): InstanceProfile {
  if (desk.view(INSTANCE_PROFILES).get(name) === undefined) missing(name);
  return desk.truth(INSTANCE_PROFILES).get(name) ?? missing(name);
}

function missing(name: string): never {
  throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
}

function listedProfiles(
  desk: Desk,
  items: readonly InstanceProfile[],
  page: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
): object {
  const show = (profile: InstanceProfile) => shown(desk, profile);
  return listed(desk, { member: 'InstanceProfiles', items, idOf: ({ name }) => name, show }, page);
}

/** A listing leaves the tags out. */
function shown(desk: Desk, { path, name, id, arn, createdAtMs, roleName }: InstanceProfile): object {
  const role = roleName === undefined ? undefined : desk.truth(ROLES).get(roleName);
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: arn,
    CreateDate: new Date(createdAtMs),
    Roles: role === undefined ? [] : [roleShown(role)],
  };
}

export const INSTANCE_PROFILE_OPERATIONS = [
  createInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  deleteInstanceProfile,
  addRoleToInstanceProfile,
  removeRoleFromInstanceProfile,
  tagInstanceProfile,
  untagInstanceProfile,
] as const;
