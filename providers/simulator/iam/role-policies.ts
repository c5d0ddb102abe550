import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { defineOperation } from '../operation.ts';
import {
  CHANGE_LATENCY_MS,
  checkDocument,
  limitExceeded,
  listed,
  noSuchEntity,
  paging,
  PolicyName,
  RoleName,
} from './entities.ts';
import { changeRole, type Role, roleSeen, roleToChange } from './role.ts';

/** Characters of all inline policies of a role together, white space not counted. */
const INLINE_CHARACTERS_MAX = 10_240;
const ATTACHED_MAX = 10;

const RoleInput = z.strictObject({ RoleName });
const PolicyInput = RoleInput.extend({ PolicyName });

const putRolePolicy = defineOperation({
  name: 'PutRolePolicy',
  input: PolicyInput.extend({ PolicyDocument: z.string() }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ RoleName: name, PolicyName: policy, PolicyDocument: document }, desk) {
    checkDocument(document);
    return changeRole(desk, name, (role) => {
      const policies = { ...role.policies, [policy]: document };
      const length = Object.values(policies).join('').replaceAll(/\s/g, '').length;
      if (length <= INLINE_CHARACTERS_MAX) return { policies };
      const message = `Maximum policy size of ${INLINE_CHARACTERS_MAX} bytes exceeded for role ${name}`;
      throw fault('LimitExceededException', message, 409);
    });
  },
});

const getRolePolicy = defineOperation({
  name: 'GetRolePolicy',
  input: PolicyInput,
  run({ RoleName: name, PolicyName: policy }, desk) {
    const document = documentOf(roleSeen(desk, name), policy);
    return { RoleName: name, PolicyName: policy, PolicyDocument: encodeURIComponent(document) };
  },
});

const deleteRolePolicy = defineOperation({
  name: 'DeleteRolePolicy',
  input: PolicyInput,
  latencyMs: CHANGE_LATENCY_MS,
  run: ({ RoleName: name, PolicyName: policy }, desk) =>
    changeRole(desk, name, (role) => {
      documentOf(role, policy);
      return { policies: Object.fromEntries(Object.entries(role.policies).filter(([other]) => other !== policy)) };
    }),
});

const listRolePolicies = defineOperation({
  name: 'ListRolePolicies',
  input: RoleInput.extend(paging),
  run({ RoleName: name, ...page }, desk) {
    const items = Object.keys(roleSeen(desk, name).policies);
    return listed(desk, { member: 'PolicyNames', items, idOf: asIs, show: asIs }, page);
  },
});

const PolicyArn = z.string().regex(/^arn:aws:iam::(?:aws|\d{12}):policy\/.+$/);

const attachRolePolicy = defineOperation({
  name: 'AttachRolePolicy',
  input: RoleInput.extend({ PolicyArn }),
  latencyMs: CHANGE_LATENCY_MS,
  run: ({ RoleName: name, PolicyArn: arn }, desk) =>
    changeRole(desk, name, ({ attached }) => {
      if (attached.includes(arn)) return {};
      if (attached.length >= ATTACHED_MAX) throw limitExceeded('PoliciesPerRole', ATTACHED_MAX);
      return { attached: [...attached, arn] };
    }),
});

const detachRolePolicy = defineOperation({
  name: 'DetachRolePolicy',
  input: RoleInput.extend({ PolicyArn }),
  latencyMs: CHANGE_LATENCY_MS,
  run({ RoleName: name, PolicyArn: arn }, desk) {
    if (!roleToChange(desk, name).attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    return changeRole(desk, name, ({ attached }) => ({ attached: attached.filter((other) => other !== arn) }));
  },
});

const listAttachedRolePolicies = defineOperation({
  name: 'ListAttachedRolePolicies',
  input: RoleInput.extend(paging),
  run({ RoleName: name, ...page }, desk) {
    const items = roleSeen(desk, name).attached;
    const show = (arn: string) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf('/') + 1) });
    return listed(desk, { member: 'AttachedPolicies', items, idOf: asIs, show }, page);
  },
});

function documentOf({ policies }: Role, name: string): string {
  const document = policies[name];
  if (document !== undefined) return document;
  throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
}

function asIs(text: string): string {
  return text;
}

export const ROLE_POLICIES = [
  putRolePolicy,
  getRolePolicy,
  deleteRolePolicy,
  listRolePolicies,
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
] as const;
