import { policy, type PolicyDocument, type PolicyStatement } from './iam/policies.ts';
import { partitionOf } from './partition.ts';
import { permissionRows } from './permissions.ts';
import { CLUSTER_TAG } from './tags.ts';

/** What AWS takes of a managed policy, without blanks. */
export const POLICY_CHARACTERS_MAX = 6_144;

/**
 * All that this program asks for, in any region of the partition, and no more:
 *
 * | on                                 | only                                                        |
 * |------------------------------------|-------------------------------------------------------------|
 * | S3                                 | buckets whose names begin as ours do                        |
 * | IAM                                | roles and instance profiles in our path, for machines alone |
 * | keys, and the ends of most things  | what bears the mark of a cluster                            |
 * | tags                               | in the request that makes the thing, and what bears a mark  |
 * | everything else                    | unrestricted, since the action knows no such restriction    |
 */
export function operatorPolicy(region: string): PolicyDocument {
  const { id, machines } = partitionOf(region);
  const rows = permissionRows();
  const statement = (group: Group, more: Partial<PolicyStatement>): readonly PolicyStatement[] => {
    const actions = rows.map(({ action }) => action).filter((action) => groupsOf(action).includes(group));
    return actions.length === 0 ? [] : [{ Sid: group, Effect: 'Allow', Action: actions, Resource: '*', ...more }];
  };
  const ours = (what: string): string => `arn:${id}:iam::*:${what}/bootstrap/*`;
  return policy(
    ...statement('Anything', {}),
    ...statement('Marked', { Condition: { Null: { [`aws:ResourceTag/${CLUSTER_TAG}`]: 'false' } } }),
    ...statement('TagsWhenMade', { Condition: { Null: { 'ec2:CreateAction': 'false' } } }),
    ...statement('BalancerTagsWhenMade', { Condition: { Null: { 'elasticloadbalancing:CreateAction': 'false' } } }),
    ...statement('Buckets', { Resource: [`arn:${id}:s3:::bootstrap-*`] }),
    ...statement('Identities', { Resource: [ours('role'), ours('instance-profile')] }),
    ...statement('RolesOfMachines', {
      Resource: ours('role'),
      Condition: { StringEquals: { 'iam:PassedToService': machines } },
    }),
    ...statement('RolesOfServices', { Condition: { StringEquals: { 'iam:AWSServiceName': SERVICES } } }),
  );
}

type Group =
  | 'Anything'
  | 'Marked'
  | 'TagsWhenMade'
  | 'BalancerTagsWhenMade'
  | 'Buckets'
  | 'Identities'
  | 'RolesOfMachines'
  | 'RolesOfServices';

/** Services that make a role for themselves the first time they are used in an account. */
const SERVICES = ['elasticloadbalancing.amazonaws.com', 'spot.amazonaws.com'];

/** What either of several restrictions lets pass is in several groups. */
function groupsOf(action: string): readonly Group[] {
  const special = SPECIAL.get(action);
  if (special !== undefined) return special;
  if (MARKED.has(action)) return ['Marked'];
  if (action.startsWith('s3:')) return ['Buckets'];
  return action.startsWith('iam:') && !action.startsWith('iam:List') ? ['Identities'] : ['Anything'];
}

const SPECIAL: ReadonlyMap<string, readonly Group[]> = new Map<string, readonly Group[]>([
  ['ec2:CreateTags', ['TagsWhenMade', 'Marked']],
  ['elasticloadbalancing:AddTags', ['BalancerTagsWhenMade', 'Marked']],
  ['s3:ListAllMyBuckets', ['Anything']],
  ['iam:PassRole', ['RolesOfMachines']],
  ['iam:CreateServiceLinkedRole', ['RolesOfServices']],
  // Also a role or user that is not ours: whose the credentials are.
  ['iam:SimulatePrincipalPolicy', ['Anything']],
  ['iam:GetRole', ['Anything']],
]);

/** Actions that concern one thing alone, which bears our mark since it was made. */
const MARKED: ReadonlySet<string> = new Set([
  'ec2:DeleteInternetGateway',
  'ec2:DeleteKeyPair',
  'ec2:DeleteNatGateway',
  'ec2:DeleteRouteTable',
  'ec2:DeleteSecurityGroup',
  'ec2:DeleteSubnet',
  'ec2:DeleteTags',
  'ec2:DeleteVpc',
  'ec2:ReleaseAddress',
  'ec2:StartInstances',
  'ec2:StopInstances',
  'ec2:TerminateInstances',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
  'elasticloadbalancing:RemoveTags',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ScheduleKeyDeletion',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
]);
