import type { SecurityGroup as ShownGroup } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { ANY_PROTOCOL, permissionsOf } from './group-rules.ts';
import { INSTANCES, isThere } from './instance.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { hasManagedInterface } from './managed-interface.ts';
import { missingGroup, missingVpc, SECURITY_GROUPS, type SecurityGroup, VPCS } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const DEFAULT = 'default';
const NAME = /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/;

export function isDefault({ name }: SecurityGroup): boolean {
  return name === DEFAULT;
}

/** Every VPC comes with a group that lets its members reach each other. */
export function makeDefaultGroup(desk: Desk, vpcId: string): void {
  const id = desk.chance.ec2Id('sg');
  const within = { protocol: ANY_PROTOCOL, fromPort: -1, toPort: -1, groupId: id, tags: {} };
  desk.put(SECURITY_GROUPS, id, {
    id,
    name: DEFAULT,
    description: 'default VPC security group',
    vpcId,
    rules: [{ ...within, id: desk.chance.ec2Id('sgr'), isEgress: false }, egressToAll(desk)],
    tags: {},
  });
}

const createSecurityGroup = ec2Operation({
  name: 'CreateSecurityGroup',
  input: request({ GroupName: z.string(), Description: z.string(), VpcId: z.string(), TagSpecifications }),
  run: ({ GroupName: name, Description: description, VpcId: vpcId, ...asked }, desk) => {
    if (!NAME.test(name) || name.startsWith('sg-') || name === DEFAULT) {
      throw fault('InvalidParameterValue', `Value (${name}) for parameter GroupName is invalid.`);
    }
    if (description === '') throw fault('MissingParameter', 'The request must contain the parameter GroupDescription');
    mustSee(desk, VPCS, { id: vpcId, missing: missingVpc });
    const inVpc = desk
      .truth(SECURITY_GROUPS)
      .all()
      .filter((group) => group.vpcId === vpcId);
    if (inVpc.some((group) => group.name === name)) {
      throw fault('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
    }
    if (inVpc.length >= desk.weather.quotas.securityGroupsPerVpc) {
      throw fault('SecurityGroupLimitExceeded', 'The maximum number of security groups has been reached.');
    }
    const tags = tagsFor(asked.TagSpecifications, ['security-group']);
    const id = desk.chance.ec2Id('sg');
    desk.put(SECURITY_GROUPS, id, { id, name, description, vpcId, rules: [egressToAll(desk)], tags });
    return { GroupId: id, SecurityGroupArn: arnOf(id, desk), Tags: shownTags(tags) };
  },
});

const describeSecurityGroups = ec2Operation({
  name: 'DescribeSecurityGroups',
  input: request({ GroupIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { items, nextToken } = listed(desk, desk.view(SECURITY_GROUPS).all(), {
      asked: input,
      ids: input.GroupIds,
      missing: missingGroup,
      fields: {
        'group-id': ({ id }) => [id],
        'group-name': ({ name }) => [name],
        'vpc-id': ({ vpcId }) => [vpcId],
        description: ({ description }) => [description],
        'ip-permission.group-id': ({ rules }) => rules.flatMap((rule) => (rule.isEgress ? [] : (rule.groupId ?? []))),
      },
    });
    return { SecurityGroups: items.map((group) => shownGroup(group, desk)), NextToken: nextToken };
  },
});

const deleteSecurityGroup = ec2Operation({
  name: 'DeleteSecurityGroup',
  input: request({ GroupId: z.string() }),
  run: ({ GroupId: id }, desk) => {
    const group = mustSee(desk, SECURITY_GROUPS, { id, missing: missingGroup });
    if (isDefault(group)) {
      throw fault('CannotDelete', `the specified group: "${id}" name: "default" cannot be deleted by a user`);
    }
    const others = desk
      .truth(SECURITY_GROUPS)
      .all()
      .filter((other) => other.id !== id);
    const isNamed = others.some(({ rules }) => rules.some(({ groupId }) => groupId === id));
    const user = desk
      .truth(INSTANCES)
      .find((instance) => instance.groupIds.includes(id) && isThere(instance, desk.nowMs));
    if (isNamed || user !== undefined || hasManagedInterface(desk, ({ groupIds }) => groupIds.includes(id))) {
      throw fault('DependencyViolation', `resource ${id} has a dependent object`);
    }
    desk.remove(SECURITY_GROUPS, id);
    return { Return: true, GroupId: id };
  },
});

export const securityGroupOperations = [createSecurityGroup, describeSecurityGroups, deleteSecurityGroup];

function egressToAll({ chance }: Desk): SecurityGroup['rules'][number] {
  const all = { protocol: ANY_PROTOCOL, fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' };
  return { ...all, id: chance.ec2Id('sgr'), isEgress: true, tags: {} };
}

function shownGroup(group: SecurityGroup, desk: Desk): ShownGroup {
  const ingress = group.rules.filter(({ isEgress }) => !isEgress);
  const egress = group.rules.filter(({ isEgress }) => isEgress);
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: desk.accountId,
    SecurityGroupArn: arnOf(group.id, desk),
    IpPermissions: permissionsOf(ingress, desk.accountId),
    IpPermissionsEgress: permissionsOf(egress, desk.accountId),
    Tags: shownTags(group.tags),
  };
}

function arnOf(id: string, { region, accountId }: Desk): string {
  return `arn:aws:ec2:${region}:${accountId}:security-group/${id}`;
}
