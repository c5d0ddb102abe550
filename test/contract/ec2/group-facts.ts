import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, ec2Api, issue } from '../sources.ts';
import { launch, makeGroup, makePlace, makeVpc, NOWHERE, tagged } from './scenery.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;

const DUPLICATE = 'InvalidPermission.Duplicate 400';
const MISSING = 'InvalidPermission.NotFound 400';

function tcp(port: number, CidrIp: string, Description?: string): IpPermission {
  const range = Description === undefined ? { CidrIp } : { CidrIp, Description };
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [range] };
}

const SSH = tcp(22, '203.0.113.7/32');
const HTTPS = tcp(443, '198.51.100.0/24');

async function group(aws: Ec2, ...IpPermissions: IpPermission[]): Promise<string> {
  const GroupId = await makeGroup(aws, await makeVpc(aws));
  if (IpPermissions.length > 0)
    await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  return GroupId;
}

async function open({ ec2 }: Ec2, GroupId: string, ...IpPermissions: IpPermission[]): Promise<string> {
  return refusalOf(ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })));
}

async function close({ ec2 }: Ec2, GroupId: string, ...IpPermissions: IpPermission[]): Promise<string> {
  return refusalOf(ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions })));
}

async function describe({ ec2 }: Ec2, GroupId: string, ...IpPermissions: IpPermission[]): Promise<string> {
  return refusalOf(ec2.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand({ GroupId, IpPermissions })));
}

async function lookAt({ ec2 }: Ec2, id: string): Promise<SecurityGroup | undefined> {
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
  return SecurityGroups?.[0];
}

/** `22 203.0.113.7/32`, sorted. */
async function holes(aws: Ec2, id: string): Promise<readonly string[]> {
  const { IpPermissions = [] } = (await lookAt(aws, id)) ?? {};
  return IpPermissions.flatMap(({ FromPort, IpRanges = [] }) =>
    IpRanges.map(({ CidrIp }) => `${FromPort} ${CidrIp}`),
  ).toSorted();
}

async function remove({ ec2 }: Ec2, GroupId: string): Promise<string> {
  return refusalOf(ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
}

const groups = factsOf('ec2', {
  'group-closed': {
    fact: 'A group lets nothing in and everything out from the start.',
    source: docs('vpc/latest/userguide/security-group-rules.html'),
    run: async (aws) => {
      const seen = await lookAt(aws, await group(aws));
      const out = seen?.IpPermissionsEgress?.map(({ IpProtocol, IpRanges }) => [IpProtocol, IpRanges?.[0]?.CidrIp]);
      return { in: seen?.IpPermissions, out };
    },
    holds: { in: [], out: [['-1', '0.0.0.0/0']] },
  },
  'group-duplicate': {
    fact: 'A name is taken once in a VPC: InvalidGroup.Duplicate; another VPC may have it too.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const make = (VpcId: string) => {
        const asked = { VpcId, GroupName: 'nodes', Description: 'of a fact' };
        return refusalOf(aws.ec2.send(new CreateSecurityGroupCommand(asked)));
      };
      const vpcId = await makeVpc(aws);
      return [await make(vpcId), await make(vpcId), await make(await makeVpc(aws))];
    },
    holds: ['accepted', 'InvalidGroup.Duplicate 400', 'accepted'],
  },
  'group-tagged': {
    fact: 'A group is found by a tag that it got in its create call.',
    source: ec2Api('CreateSecurityGroup'),
    run: async ({ ec2 }) => {
      const place = { VpcId: await makeVpc({ ec2 }), GroupName: 'nodes', Description: 'of a fact' };
      const TagSpecifications = tagged('security-group', { 'bootstrap:cluster': 'c1' });
      const made = await ec2.send(new CreateSecurityGroupCommand({ ...place, TagSpecifications }));
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      return SecurityGroups?.map(({ GroupId }) => GroupId === made.GroupId);
    },
    holds: [true],
  },
  'group-missing': {
    fact: 'A group that is not there is InvalidGroup.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => remove(aws, `sg-${NOWHERE}`),
    holds: 'InvalidGroup.NotFound 400',
  },
  'group-default-kept': {
    fact: 'The default group cannot be deleted: CannotDelete.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const Filters = [{ Name: 'vpc-id', Values: [await makeVpc(aws)] }];
      const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      return remove(aws, SecurityGroups?.[0]?.GroupId ?? '');
    },
    holds: 'CannotDelete 400',
  },
  'group-named-kept': {
    fact: 'A group that a rule of another group names is DependencyViolation.',
    source: ec2Api('DeleteSecurityGroup'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      const GroupId = await makeGroup(aws, vpcId, 'balancer');
      const other = await makeGroup(aws, vpcId, 'nodes');
      await open(aws, other, { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] });
      return remove(aws, GroupId);
    },
    holds: 'DependencyViolation 400',
  },
  'group-used-kept': {
    fact: 'A group with a machine in it is DependencyViolation.',
    source: ec2Api('DeleteSecurityGroup'),
    run: async (aws) => {
      const { vpcId, subnetId } = await makePlace(aws);
      const GroupId = await makeGroup(aws, vpcId);
      await launch(aws, subnetId, { SecurityGroupIds: [GroupId] });
      return remove(aws, GroupId);
    },
    holds: 'DependencyViolation 400',
  },
  'group-deleted': {
    fact: 'A group that nothing uses is deleted, and then not found.',
    source: ec2Api('DeleteSecurityGroup'),
    run: async (aws) => {
      const id = await group(aws, SSH);
      return [await remove(aws, id), await remove(aws, id)];
    },
    holds: ['accepted', 'InvalidGroup.NotFound 400'],
  },
});

const rules = factsOf('ec2', {
  'rule-opened': {
    fact: 'One request opens several holes, which are shown with their ports and sources.',
    source: ec2Api('AuthorizeSecurityGroupIngress'),
    run: async (aws) => holes(aws, await group(aws, SSH, HTTPS)),
    holds: ['22 203.0.113.7/32', '443 198.51.100.0/24'],
  },
  'rule-ids': {
    fact: 'Rules have ids of their own.',
    source: ec2Api('DescribeSecurityGroupRules'),
    run: async (aws) => {
      const Filters = [{ Name: 'group-id', Values: [await group(aws, SSH)] }];
      const { SecurityGroupRules = [] } = await aws.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
      const own = SecurityGroupRules.filter(({ IsEgress }) => IsEgress === false);
      return own.map(({ SecurityGroupRuleId, FromPort }) => [SecurityGroupRuleId?.slice(0, 4), FromPort]);
    },
    holds: [['sgr-', 22]],
  },
  'rule-duplicate': {
    fact: 'A hole that is open is InvalidPermission.Duplicate.',
    source: EC2_ERRORS,
    run: async (aws) => open(aws, await group(aws, SSH), SSH),
    holds: DUPLICATE,
  },
  'rule-duplicate-all': {
    fact: 'One hole that is open already refuses the request, and none of it is done.',
    source: issue('hashicorp/terraform#1874'),
    run: async (aws) => {
      const id = await group(aws, SSH);
      return [await open(aws, id, HTTPS, SSH), await holes(aws, id)];
    },
    holds: [DUPLICATE, ['22 203.0.113.7/32']],
  },
  'rule-duplicate-described': {
    fact: 'Another description does not make another hole: InvalidPermission.Duplicate.',
    source: issue('ansible/ansible#19759'),
    run: async (aws) => open(aws, await group(aws, SSH), tcp(22, '203.0.113.7/32', 'for the operator')),
    holds: DUPLICATE,
  },
  'rule-twice-in-request': {
    fact: 'The same hole twice in one request is InvalidParameterValue.',
    source: issue('hashicorp/terraform-provider-aws#29492'),
    run: async (aws) => open(aws, await group(aws), SSH, SSH),
    holds: 'InvalidParameterValue 400',
  },
  'rule-of-missing-group': {
    fact: 'A rule that names a group that is not there is InvalidGroup.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const UserIdGroupPairs = [{ GroupId: `sg-${NOWHERE}` }];
      return open(aws, await group(aws), { IpProtocol: '-1', UserIdGroupPairs });
    },
    holds: 'InvalidGroup.NotFound 400',
  },
  'rule-for-group': {
    fact: 'A rule for all traffic of a group is shown without ports, with the id of the group.',
    source: ec2Api('IpPermission'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      const id = await makeGroup(aws, vpcId, 'nodes');
      const source = await makeGroup(aws, vpcId, 'balancer');
      const UserIdGroupPairs = [{ GroupId: source, Description: 'from the balancer' }];
      await open(aws, id, { IpProtocol: '-1', UserIdGroupPairs });
      const { IpPermissions = [] } = (await lookAt(aws, id)) ?? {};
      return IpPermissions.map(({ IpProtocol, FromPort, UserIdGroupPairs: pairs }) => ({
        IpProtocol,
        FromPort,
        from: pairs?.map(({ GroupId, Description }) => [GroupId === source, Description]),
      }));
    },
    holds: [{ IpProtocol: '-1', FromPort: undefined, from: [[true, 'from the balancer']] }],
  },
  'rule-closed': {
    fact: 'Closing one hole leaves the others.',
    source: ec2Api('RevokeSecurityGroupIngress'),
    run: async (aws) => {
      const id = await group(aws, SSH, HTTPS);
      return [await close(aws, id, SSH), await holes(aws, id)];
    },
    holds: ['accepted', ['443 198.51.100.0/24']],
  },
  'rule-closed-twice': {
    fact: 'Closing what is not open is InvalidPermission.NotFound in a VPC.',
    source: ec2Api('RevokeSecurityGroupIngress'),
    run: async (aws) => close(aws, await group(aws), SSH),
    holds: MISSING,
  },
  'rule-renamed': {
    fact: 'A description is replaced, and the rule stays.',
    source: ec2Api('UpdateSecurityGroupRuleDescriptionsIngress'),
    run: async (aws) => {
      const id = await group(aws, tcp(22, '203.0.113.7/32', 'old'));
      const renamed = await describe(aws, id, tcp(22, '203.0.113.7/32', 'new'));
      const { IpPermissions } = (await lookAt(aws, id)) ?? {};
      return [renamed, IpPermissions?.[0]?.IpRanges?.map(({ CidrIp, Description }) => [CidrIp, Description])];
    },
    holds: ['accepted', [['203.0.113.7/32', 'new']]],
  },
  'rule-renamed-missing': {
    fact: 'A rule that is not there is not described: InvalidPermission.NotFound.',
    source: issue('hashicorp/terraform-provider-aws#5636'),
    run: async (aws) => describe(aws, await group(aws), tcp(22, '203.0.113.7/32', 'new')),
    holds: MISSING,
  },
  'rule-renamed-missing-all': {
    fact: 'One rule that is not there, and none of that request is done.',
    source: issue('aws/aws-sdk-java#1810'),
    run: async (aws) => {
      const id = await group(aws, tcp(22, '203.0.113.7/32', 'old'));
      await describe(aws, id, tcp(22, '203.0.113.7/32', 'new'), HTTPS);
      const { IpPermissions } = (await lookAt(aws, id)) ?? {};
      return IpPermissions?.[0]?.IpRanges?.[0]?.Description;
    },
    holds: 'old',
  },
});

export const groupFacts = [...groups, ...rules];
