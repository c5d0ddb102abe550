import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { Operation } from '../operation.ts';
import { identityOf, inWords, IpPermission, type RuleDraft, rulesIn, shownRule } from './group-rules.ts';
import { LISTING, listed, mustSee, notFound } from './listing.ts';
import { type GroupRule, missingGroup, SECURITY_GROUPS, type SecurityGroup } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { tagsFor, TagSpecifications } from './tagging.ts';

function authorize(name: string, isEgress: boolean): Operation {
  return ec2Operation({
    name,
    input: request({ GroupId: z.string(), IpPermissions: z.array(IpPermission).min(1), TagSpecifications }),
    run: (input, desk) => {
      const group = mustSee(desk, SECURITY_GROUPS, { id: input.GroupId, missing: missingGroup });
      const drafts = rulesIn(input.IpPermissions, isEgress);
      const known = new Set(group.rules.map(identityOf));
      for (const draft of drafts) {
        if (draft.groupId !== undefined) mustSee(desk, SECURITY_GROUPS, { id: draft.groupId, missing: missingGroup });
        if (!known.has(identityOf(draft))) continue;
        throw fault('InvalidPermission.Duplicate', `the specified rule ${inWords(draft)} already exists`);
      }
      refuseTooMany(group, drafts.length, { isEgress, desk });
      const tags = tagsFor(input.TagSpecifications, ['security-group-rule']);
      const added = drafts.map((draft): GroupRule => ({ ...draft, id: desk.chance.ec2Id('sgr'), tags }));
      desk.put(SECURITY_GROUPS, group.id, { ...group, rules: [...group.rules, ...added] });
      return { Return: true, SecurityGroupRules: added.map((rule) => shownRule(group, rule, desk.accountId)) };
    },
  });
}

function revoke(name: string, isEgress: boolean): Operation {
  return ec2Operation({
    name,
    input: request({
      GroupId: z.string(),
      IpPermissions: z.array(IpPermission).optional(),
      SecurityGroupRuleIds: z.array(z.string()).optional(),
    }),
    run: ({ GroupId: id, IpPermissions: permissions = [], SecurityGroupRuleIds: ruleIds = [] }, desk) => {
      const group = mustSee(desk, SECURITY_GROUPS, { id, missing: missingGroup });
      if (permissions.length + ruleIds.length === 0) {
        throw fault('MissingParameter', 'Either ipPermissions or securityGroupRuleIds should be provided.');
      }
      const own = group.rules.filter((rule) => rule.isEgress === isEgress);
      const revoked = new Set<GroupRule>();
      for (const ruleId of ruleIds) revoked.add(findRule(own, ruleId));
      for (const draft of rulesIn(permissions, isEgress)) revoked.add(ruleLike(own, draft));
      desk.put(SECURITY_GROUPS, id, { ...group, rules: group.rules.filter((rule) => !revoked.has(rule)) });
      return { Return: true };
    },
  });
}

const updateDescriptions = ec2Operation({
  name: 'UpdateSecurityGroupRuleDescriptionsIngress',
  input: request({ GroupId: z.string(), IpPermissions: z.array(IpPermission).min(1) }),
  run: ({ GroupId: id, IpPermissions: permissions }, desk) => {
    const group = mustSee(desk, SECURITY_GROUPS, { id, missing: missingGroup });
    const own = group.rules.filter(({ isEgress }) => !isEgress);
    const drafts = rulesIn(permissions, false);
    const described = new Map(drafts.map((draft) => [ruleLike(own, draft), draft.description]));
    const rules = group.rules.map((rule) =>
      described.has(rule) ? { ...rule, description: described.get(rule) } : rule,
    );
    desk.put(SECURITY_GROUPS, id, { ...group, rules });
    return { Return: true };
  },
});

const describeSecurityGroupRules = ec2Operation({
  name: 'DescribeSecurityGroupRules',
  input: request({ SecurityGroupRuleIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const rules = desk
      .view(SECURITY_GROUPS)
      .all()
      .flatMap((group) => group.rules.map((rule) => ({ id: rule.id, tags: rule.tags, group, rule })));
    const { items, nextToken } = listed(desk, rules, {
      asked: input,
      ids: input.SecurityGroupRuleIds,
      missing: missingRule,
      fields: { 'group-id': ({ group }) => [group.id], 'security-group-rule-id': ({ id }) => [id] },
    });
    return {
      SecurityGroupRules: items.map(({ group, rule }) => shownRule(group, rule, desk.accountId)),
      NextToken: nextToken,
    };
  },
});

export const groupPermissionOperations = [
  authorize('AuthorizeSecurityGroupIngress', false),
  authorize('AuthorizeSecurityGroupEgress', true),
  revoke('RevokeSecurityGroupIngress', false),
  revoke('RevokeSecurityGroupEgress', true),
  updateDescriptions,
  describeSecurityGroupRules,
];

const missingRule = notFound('InvalidSecurityGroupRuleId.NotFound', 'security group rule ID');

function ruleLike(rules: readonly GroupRule[], draft: RuleDraft): GroupRule {
  const rule = rules.find((candidate) => identityOf(candidate) === identityOf(draft));
  if (rule !== undefined) return rule;
  throw fault('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
}

function findRule(rules: readonly GroupRule[], id: string): GroupRule {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) throw missingRule(id);
  return rule;
}

/** Inbound and outbound rules are counted apart. */
function refuseTooMany(
  { rules }: SecurityGroup,
  added: number,
  { isEgress, desk }: { readonly isEgress: boolean; readonly desk: Desk },
): void {
  const there = rules.filter((rule) => rule.isEgress === isEgress).length;
  if (there + added <= desk.weather.quotas.rulesPerSecurityGroup) return;
  throw fault('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
}
