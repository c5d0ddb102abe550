import type { SecurityGroupRule as ShownRule } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { parseCidr } from './cidr.ts';
import type { GroupRule, SecurityGroup } from './network-objects.ts';
import { shownTags } from './tagging.ts';

const Description = z.string().max(255).optional();

/** Several rules in one: each range and each group is a rule of its own. */
export const IpPermission = z.strictObject({
  IpProtocol: z.string(),
  FromPort: z.number().int().optional(),
  ToPort: z.number().int().optional(),
  IpRanges: z.array(z.strictObject({ CidrIp: z.string(), Description })).optional(),
  UserIdGroupPairs: z
    .array(z.strictObject({ GroupId: z.string(), UserId: z.string().optional(), Description }))
    .optional(),
});
export type IpPermission = z.output<typeof IpPermission>;

export type RuleDraft = Omit<GroupRule, 'id' | 'tags'>;

/** The single rules that permissions stand for, in one spelling. */
export function rulesIn(permissions: readonly IpPermission[], isEgress: boolean): readonly RuleDraft[] {
  const drafts = permissions.flatMap((permission) => {
    const { IpRanges = [], UserIdGroupPairs = [] } = permission;
    if (IpRanges.length + UserIdGroupPairs.length === 0) {
      throw fault('InvalidParameterValue', 'Invalid value for parameter: no source or destination is given');
    }
    const common = { isEgress, ...scopeOf(permission) };
    return [
      ...IpRanges.map(({ CidrIp, Description: description }) => ({
        ...common,
        cidr: parseCidr(CidrIp, 'cidrIp').text,
        description,
      })),
      ...UserIdGroupPairs.map(({ GroupId, Description: description }) => ({
        ...common,
        groupId: GroupId,
        description,
      })),
    ];
  });
  if (new Set(drafts.map(identityOf)).size < drafts.length) {
    throw fault('InvalidParameterValue', 'The same permission must not appear multiple times');
  }
  return drafts;
}

/** What makes two rules the same; a description does not count. */
export function identityOf({ isEgress, protocol, fromPort, toPort, cidr = '', groupId = '' }: RuleDraft): string {
  return [isEgress, protocol, fromPort, toPort, cidr, groupId].join(' ');
}

export function inWords({ protocol, fromPort, toPort, cidr, groupId }: RuleDraft): string {
  const ports = fromPort === ANY_PORT ? '' : ` from port: ${fromPort}, to port: ${toPort},`;
  const name = protocol === ANY_PROTOCOL ? 'ALL' : protocol.toUpperCase();
  return `"peer: ${cidr ?? groupId}, ${name},${ports} ALLOW"`;
}

/** As DescribeSecurityGroups shows rules: those of the same protocol and ports together. */
export function permissionsOf(rules: readonly GroupRule[], accountId: string): IpPermission[] {
  const permissions = new Map<string, Required<IpPermission> | IpPermission>();
  for (const { protocol, fromPort, toPort, cidr, groupId, description } of rules) {
    const key = `${protocol} ${fromPort} ${toPort}`;
    const ports = protocol === ANY_PROTOCOL ? {} : { FromPort: fromPort, ToPort: toPort };
    const before = permissions.get(key) ?? { IpProtocol: protocol, ...ports };
    const words = description === undefined ? {} : { Description: description };
    permissions.set(key, {
      ...before,
      IpRanges: [...(before.IpRanges ?? []), ...(cidr === undefined ? [] : [{ CidrIp: cidr, ...words }])],
      UserIdGroupPairs: [
        ...(before.UserIdGroupPairs ?? []),
        ...(groupId === undefined ? [] : [{ GroupId: groupId, UserId: accountId, ...words }]),
      ],
    });
  }
  return [...permissions.values()];
}

export function shownRule(group: SecurityGroup, rule: GroupRule, accountId: string): ShownRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: accountId,
    IsEgress: rule.isEgress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidr,
    ReferencedGroupInfo: rule.groupId === undefined ? undefined : { GroupId: rule.groupId, UserId: accountId },
    Description: rule.description,
    Tags: shownTags(rule.tags),
  };
}

export const ANY_PROTOCOL = '-1';
const ANY_PORT = -1;
const PORT_MAX = 65_535;
const NAMES = new Map([
  ['6', 'tcp'],
  ['17', 'udp'],
  ['1', 'icmp'],
]);

function scopeOf({ IpProtocol, FromPort, ToPort }: IpPermission): Pick<RuleDraft, 'protocol' | 'fromPort' | 'toPort'> {
  const protocol = NAMES.get(IpProtocol) ?? IpProtocol;
  if (protocol === ANY_PROTOCOL || /^\d+$/.test(protocol)) return { protocol, fromPort: ANY_PORT, toPort: ANY_PORT };
  if (!['tcp', 'udp', 'icmp'].includes(protocol)) {
    throw fault('InvalidPermission.Malformed', `Unsupported IP protocol "${protocol}"`);
  }
  if (FromPort === undefined || ToPort === undefined) {
    throw fault('InvalidParameterValue', `Must specify both from and to ports with ${protocol}.`);
  }
  const isRange = FromPort >= 0 && FromPort <= ToPort && ToPort <= PORT_MAX;
  if (protocol !== 'icmp' && !isRange) {
    throw fault('InvalidParameterValue', `Invalid ${protocol.toUpperCase()} port range (${FromPort}-${ToPort})`);
  }
  return { protocol, fromPort: FromPort, toPort: ToPort };
}
