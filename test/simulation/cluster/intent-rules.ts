import { isRecord } from './mirror.ts';

/** What a request does to the life of what it is for. */
type Doing = 'makes' | 'changes' | 'ends';

/** Which durable intent must stand behind one thing that a request does. */
export type Claim =
  /** The open creation of exactly this instance, whose mark the request carries. */
  | { readonly of: 'instance'; readonly instanceId: string }
  /** An open intent for the object of this id: of its owner, or of a kind whose inputs name it and all the rest. */
  | {
      readonly of: 'object';
      readonly doing: Doing;
      readonly kinds: readonly string[];
      readonly names: readonly string[];
      /** What does as well. */
      readonly otherwise?: Claim;
    };

type Rule = (input: Readonly<Record<string, unknown>>) => readonly Claim[];

/**
 * | the request                          | its intent is                                                        |
 * |--------------------------------------|----------------------------------------------------------------------|
 * | makes something that carries a mark  | the creation of every instance that it marks                         |
 * | makes what cannot carry one          | the creation of a resource of that kind whose inputs say the same    |
 * | changes or ends something            | that of the object's owner, or of a resource whose inputs name it    |
 *
 * An operation that is not here has no effect.
 */
const RULES: Readonly<Record<string, Rule>> = {
  'ec2.RunInstances': marked,
  'ec2.CreateVpc': marked,
  'ec2.CreateSubnet': marked,
  'ec2.CreateInternetGateway': marked,
  'ec2.AllocateAddress': marked,
  'ec2.CreateNatGateway': marked,
  'ec2.CreateRouteTable': marked,
  'ec2.CreateSecurityGroup': marked,
  'ec2.ImportKeyPair': marked,
  'iam.CreateRole': marked,
  'iam.CreateInstanceProfile': marked,
  'kms.CreateKey': marked,
  's3.CreateBucket': marked,
  'route53.CreateHostedZone': named('makes', 'aws.route53.zone', 'Name'),

  'ec2.ModifyVpcAttribute': named('changes', 'aws.ec2.vpc', 'VpcId'),
  'ec2.DeleteVpc': named('ends', 'aws.ec2.vpc', 'VpcId'),
  'ec2.ModifySubnetAttribute': named('changes', 'aws.ec2.subnet', 'SubnetId'),
  'ec2.DeleteSubnet': named('ends', 'aws.ec2.subnet', 'SubnetId'),
  'ec2.DeleteInternetGateway': named('ends', 'aws.ec2.internet-gateway', 'InternetGatewayId'),
  'ec2.AttachInternetGateway': named('makes', 'aws.ec2.gateway-attachment', 'InternetGatewayId', 'VpcId'),
  'ec2.DetachInternetGateway': named('ends', 'aws.ec2.gateway-attachment', 'InternetGatewayId', 'VpcId'),
  'ec2.ReleaseAddress': named('ends', 'aws.ec2.address', 'AllocationId'),
  'ec2.AssociateAddress': named('makes', 'aws.ec2.address-association', 'AllocationId', 'InstanceId'),
  'ec2.DisassociateAddress': named('ends', 'aws.ec2.address-association', 'AssociationId'),
  'ec2.DeleteNatGateway': named('ends', 'aws.ec2.nat-gateway', 'NatGatewayId'),
  'ec2.DeleteRouteTable': named('ends', 'aws.ec2.route-table', 'RouteTableId'),
  'ec2.CreateRoute': named('makes', 'aws.ec2.route', 'RouteTableId'),
  'ec2.ReplaceRoute': named('changes', 'aws.ec2.route', 'RouteTableId'),
  'ec2.DeleteRoute': named('ends', 'aws.ec2.route', 'RouteTableId'),
  'ec2.AssociateRouteTable': named('makes', 'aws.ec2.route-table-association', 'RouteTableId', 'SubnetId'),
  'ec2.DisassociateRouteTable': named('ends', 'aws.ec2.route-table-association', 'AssociationId'),
  'ec2.DeleteSecurityGroup': named('ends', 'aws.ec2.security-group', 'GroupId'),
  'ec2.AuthorizeSecurityGroupIngress': named('changes', 'aws.ec2.security-group-rules', 'GroupId'),
  'ec2.RevokeSecurityGroupIngress': named('changes', 'aws.ec2.security-group-rules', 'GroupId'),
  'ec2.UpdateSecurityGroupRuleDescriptionsIngress': named('changes', 'aws.ec2.security-group-rules', 'GroupId'),
  'ec2.DeleteKeyPair': named('ends', 'aws.ec2.key-pair', 'KeyPairId', 'KeyName'),
  'ec2.AssociateIamInstanceProfile': named('changes', 'aws.ec2.instance', 'InstanceId'),
  'ec2.ReplaceIamInstanceProfileAssociation': roleReplaced,
  'ec2.ModifyInstanceAttribute': named('changes', 'aws.ec2.instance', 'InstanceId'),
  'ec2.CreateTags': retagged,
  'ec2.DeleteTags': retagged,
  'ec2.TerminateInstances': ({ InstanceIds }) =>
    textsOf(InstanceIds).map((id) => ({ of: 'object', doing: 'ends', kinds: ['aws.ec2.instance'], names: [id] })),

  'elb.CreateLoadBalancer': marked,
  'elb.CreateTargetGroup': marked,
  'elb.CreateListener': marked,
  'elb.SetSubnets': named('changes', 'aws.elb.load-balancer', 'LoadBalancerArn'),
  'elb.SetSecurityGroups': named('changes', 'aws.elb.load-balancer', 'LoadBalancerArn'),
  'elb.DeleteLoadBalancer': named('ends', 'aws.elb.load-balancer', 'LoadBalancerArn'),
  'elb.ModifyTargetGroup': named('changes', 'aws.elb.target-group', 'TargetGroupArn'),
  'elb.ModifyTargetGroupAttributes': named('changes', 'aws.elb.target-group', 'TargetGroupArn'),
  'elb.DeleteTargetGroup': named('ends', 'aws.elb.target-group', 'TargetGroupArn'),
  'elb.ModifyListener': named('changes', 'aws.elb.listener', 'ListenerArn'),
  'elb.DeleteListener': named('ends', 'aws.elb.listener', 'ListenerArn'),
  'elb.AddTags': balancedTags,
  'elb.RemoveTags': balancedTags,
  'elb.RegisterTargets': targets('makes'),
  'elb.DeregisterTargets': targets('ends'),

  'iam.UpdateAssumeRolePolicy': named('changes', 'aws.iam.role', 'RoleName'),
  'iam.PutRolePolicy': named('changes', 'aws.iam.role', 'RoleName'),
  'iam.TagRole': named('changes', 'aws.iam.role', 'RoleName'),
  'iam.UntagRole': named('changes', 'aws.iam.role', 'RoleName'),
  'iam.DeleteRolePolicy': named('ends', 'aws.iam.role', 'RoleName'),
  'iam.DetachRolePolicy': named('ends', 'aws.iam.role', 'RoleName'),
  'iam.DeleteRole': named('ends', 'aws.iam.role', 'RoleName'),
  'iam.AddRoleToInstanceProfile': named('changes', 'aws.iam.instance-profile', 'InstanceProfileName', 'RoleName'),
  'iam.RemoveRoleFromInstanceProfile': named('changes', 'aws.iam.instance-profile', 'InstanceProfileName'),
  'iam.TagInstanceProfile': named('changes', 'aws.iam.instance-profile', 'InstanceProfileName'),
  'iam.UntagInstanceProfile': named('changes', 'aws.iam.instance-profile', 'InstanceProfileName'),
  'iam.DeleteInstanceProfile': named('ends', 'aws.iam.instance-profile', 'InstanceProfileName'),

  'kms.UpdateKeyDescription': named('changes', 'aws.kms.key', 'KeyId'),
  'kms.TagResource': named('changes', 'aws.kms.key', 'KeyId'),
  'kms.UntagResource': named('changes', 'aws.kms.key', 'KeyId'),
  'kms.ScheduleKeyDeletion': named('ends', 'aws.kms.key', 'KeyId'),

  'route53.ChangeTagsForResource': named('changes', 'aws.route53.zone', 'ResourceId'),
  'route53.DeleteHostedZone': named('ends', 'aws.route53.zone', 'Id'),
  'route53.ChangeResourceRecordSets': recordChanges,

  's3.PutPublicAccessBlock': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.PutBucketEncryption': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.PutBucketVersioning': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.PutBucketLifecycleConfiguration': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.PutBucketTagging': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.PutBucketPolicy': named('changes', 'aws.s3.bucket', 'Bucket'),
  's3.DeleteBucket': named('ends', 'aws.s3.bucket', 'Bucket'),
  's3.DeleteObjects': removedObjects,
  's3.PutObject': object,
  's3.DeleteObject': object,
};

/** Whether the request has an effect at all. */
export function mutates(operation: string): boolean {
  return RULES[operation] !== undefined;
}

/** Everything that must be intended for the request to be sent. */
export function claimsOf(operation: string, input: unknown): readonly Claim[] {
  return isRecord(input) ? (RULES[operation]?.(input) ?? []) : [];
}

/** Named by each of the keys that the request has. */
function named(doing: Doing, kind: string, ...keys: readonly string[]): Rule {
  return (input) => {
    const names = keys.flatMap((key) => textsOf([input[key]])).map(bare);
    return [{ of: 'object', doing, kinds: [kind], names: names.length === 0 ? ['unnamed'] : names }];
  };
}

/** An association says nothing of its machine; the profile is among the machine's inputs. */
function roleReplaced({ IamInstanceProfile }: Readonly<Record<string, unknown>>): readonly Claim[] {
  const name = isRecord(IamInstanceProfile) ? String(IamInstanceProfile['Name']) : 'unnamed';
  return [{ of: 'object', doing: 'changes', kinds: ['aws.ec2.instance'], names: [name] }];
}

/** One machine in one group each. */
function targets(doing: Doing): Rule {
  return ({ TargetGroupArn, Targets }) => {
    const ids = Array.isArray(Targets) ? Targets.filter(isRecord).map(({ Id }) => String(Id)) : [];
    const kinds = ['aws.elb.target'];
    return ids.map((id) => ({ of: 'object', doing, kinds, names: [String(TargetGroupArn), id] }));
  };
}

const EC2_TAGGED = [
  'vpc',
  'subnet',
  'internet-gateway',
  'route-table',
  'address',
  'nat-gateway',
  'security-group',
  'key-pair',
  'instance',
].map((name) => `aws.ec2.${name}`);

/** Everything that is named, each for itself; disks go with their machine. */
function retagged({ Resources }: Readonly<Record<string, unknown>>): readonly Claim[] {
  const things = textsOf(Resources).filter((id) => !id.startsWith('vol-'));
  const names = things.length === 0 ? ['nothing but disks'] : things;
  return names.map((id) => ({ of: 'object', doing: 'changes', kinds: EC2_TAGGED, names: [id] }));
}

function balancedTags({ ResourceArns }: Readonly<Record<string, unknown>>): readonly Claim[] {
  const kinds = ['aws.elb.load-balancer', 'aws.elb.target-group', 'aws.elb.listener'];
  return textsOf(ResourceArns).map((arn) => ({ of: 'object', doing: 'changes', kinds, names: [arn] }));
}

/** Marks of single objects, and of the members of a launch. */
function marked(input: unknown): readonly Claim[] {
  const instanceIds = [...new Set(marksIn(input))];
  // Without any mark nothing can stand behind it.
  return (instanceIds.length === 0 ? ['unmarked'] : instanceIds).map((instanceId) => ({ of: 'instance', instanceId }));
}

function marksIn(input: unknown): readonly string[] {
  if (Array.isArray(input)) return input.flatMap(marksIn);
  if (!isRecord(input)) return [];
  const { Key = input['TagKey'], Value = input['TagValue'] } = input;
  const isMark = typeof Key === 'string' && Key.startsWith('bootstrap:instance') && typeof Value === 'string';
  return isMark ? [Value] : Object.values(input).flatMap(marksIn);
}

/** The zone empties itself before it goes; everything else is a record's own doing. */
function recordChanges({ HostedZoneId, ChangeBatch }: Readonly<Record<string, unknown>>): readonly Claim[] {
  const changes = isRecord(ChangeBatch) && Array.isArray(ChangeBatch['Changes']) ? ChangeBatch['Changes'] : [];
  return changes.filter(isRecord).map((change) => {
    const record = isRecord(change['ResourceRecordSet']) ? change['ResourceRecordSet'] : {};
    const names = [bare(String(HostedZoneId)), markedName(String(record['Name'])).replace(/\.$/, '')];
    if (change['Action'] !== 'DELETE')
      return { of: 'object', doing: 'changes', kinds: ['aws.route53.record', 'aws.route53.delegation'], names };
    return {
      of: 'object',
      doing: 'ends',
      kinds: ['aws.route53.record', 'aws.route53.delegation', 'aws.route53.zone'],
      names,
    };
  });
}

/** In a zone of others a mark stands beside each record, and comes and goes with it. */
function markedName(name: string): string {
  return name.replace(/^_bootstrap-[a-z]+\./, '');
}

/** Who may write which letter; each is for one box. */
const WRITERS = new Map([
  ['leave', ['peer']],
  // Whoever hears a hello that is not the machine's own, or waits in vain for it.
  ['given-up', ['node', 'aws.ec2.instance', 'peer', 'certificate']],
]);

/** What is not a letter is the list of peers: whose places in it change is judged where it has changed. */
function object({ Key, Body }: Readonly<Record<string, unknown>>): readonly Claim[] {
  if (Key === 'peers.json') return [{ of: 'object', doing: 'changes', kinds: ['peer', 'etcd.seat'], names: [] }];
  const [, , box = '', name = ''] = String(Key).split('/');
  // Machines take all their letters with them, and who stays after all is not asked to leave any more.
  const removers = ['node', 'aws.ec2.instance', ...(name === 'leave' || name === 'left' ? ['peer'] : [])];
  const kinds = Body === undefined ? removers : (WRITERS.get(name) ?? ['node']);
  return [{ of: 'object', doing: 'changes', kinds, names: [box] }];
}

/** The letters of one box go with their node or machine, everything goes with the bucket. */
function removedObjects(input: Readonly<Record<string, unknown>>): readonly Claim[] {
  const { Bucket, Delete } = input;
  const objects = isRecord(Delete) && Array.isArray(Delete['Objects']) ? Delete['Objects'].filter(isRecord) : [];
  const boxes = new Set(objects.map(({ Key }) => String(Key).split('/')[2] ?? ''));
  const ofBucket: Claim = { of: 'object', doing: 'ends', kinds: ['aws.s3.bucket'], names: [String(Bucket)] };
  const ofBox = { of: 'object', doing: 'changes', kinds: ['node', 'aws.ec2.instance'], otherwise: ofBucket } as const;
  return [...boxes].map((box) => ({ ...ofBox, names: [box] }));
}

/** Route 53 gives ids with their place before them. */
function bare(id: string): string {
  return id.replace(/^\/hostedzone\//, '');
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
