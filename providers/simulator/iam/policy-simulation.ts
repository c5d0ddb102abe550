import type { EvaluationResult } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from '../page.ts';
import { callerArn } from '../permissions.ts';
import { ROLES } from './role.ts';

const EVERYTHING = '*';
const PAGE = 100;

const ContextEntry = z.strictObject({
  ContextKeyName: z.string(),
  ContextKeyType: z.string(),
  ContextKeyValues: z.array(z.string()),
});

/** The account's policies are its weather: what a principal may do is the same for all of them. */
export const simulatePrincipalPolicy = defineOperation({
  name: 'SimulatePrincipalPolicy',
  latencyMs: [80, 250],
  input: z.strictObject({
    PolicySourceArn: z.string(),
    ActionNames: z.array(z.string().min(3).max(128)).min(1),
    ResourceArns: z.array(z.string().min(1).max(2_048)).min(1).optional(),
    ContextEntries: z.array(ContextEntry).optional(),
    MaxItems: z.int().min(1).max(1_000).optional(),
    Marker: z.string().optional(),
  }),
  run({ PolicySourceArn, ActionNames, ResourceArns = [EVERYTHING], MaxItems: size = PAGE, Marker: token }, desk) {
    checkSource(PolicySourceArn, desk);
    const actions = ActionNames.map((name) => ({ name, tags: {} }));
    const unknown = ActionNames.find((name) => !/^[a-z][a-z0-9-]*:[A-Za-z0-9*]+$/.test(name));
    if (unknown !== undefined) throw fault('InvalidInputException', `Invalid Action Name: ${unknown}`);
    const { items, nextToken } = pageOf(desk, actions, { idOf: ({ name }) => name, token, size });
    return {
      EvaluationResults: items.flatMap(({ name }) => ResourceArns.map((resource) => evaluate(name, resource, desk))),
      IsTruncated: nextToken !== undefined,
      ...(nextToken === undefined ? {} : { Marker: nextToken }),
    };
  },
});

/** A user, a group or a role: a session of a role is none of these. */
function checkSource(arn: string, desk: Desk): void {
  const { accountId, weather } = desk;
  const [, kind = '', path = ''] = /^arn:aws:iam::\d{12}:(user|group|role)\/(.+)$/.exec(arn) ?? [];
  if (kind === '')
    throw fault('InvalidInputException', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  const isThere =
    kind === 'role'
      ? desk
          .view(ROLES)
          .all()
          .some((role) => `${role.path}${role.name}`.slice(1) === path)
      : arn === callerArn(accountId, { ...weather.permissions, caller: 'user' });
  if (!isThere) throw fault('NoSuchEntityException', `The ${kind} with name ${path} cannot be found.`, 404);
}

function evaluate(action: string, resource: string, { weather }: Desk): EvaluationResult {
  const { denied, conditional, narrow } = weather.permissions;
  const isConditional = conditional.includes(action);
  const isDenied = denied.includes(action) || isConditional || (narrow.includes(action) && resource === EVERYTHING);
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: isDenied ? 'implicitDeny' : 'allowed',
    MatchedStatements: [],
    MissingContextValues: isConditional ? ['aws:ResourceTag/team'] : [],
  };
}
