/** One operation: what sends it, and what IAM asks for. */
export interface Need {
  /** Kinds of resource, or purposes. */
  readonly for: readonly string[];
  /** Where the action is not spelled as the operation is. */
  readonly is?: readonly string[];
  /** Asked for besides. */
  readonly also?: readonly string[];
}

/** What operations are sent for besides the life of a resource. */
export const PURPOSES = {
  account: 'who asks',
  state: 'state and mailbox',
  walk: 'proof of zero',
  preflight: 'preflight',
  prices: 'prices',
  blockers: 'what stands in the way',
  care: 'care of machines',
} as const;

const { account, state, walk, preflight, prices, blockers, care } = PURPOSES;

const TAGS = 'ec2:CreateTags';
const PASS = 'iam:PassRole';
const ELB_TAGS = 'elasticloadbalancing:AddTags';

const of = (...kinds: readonly string[]): Need => ({ for: kinds });
const ec2 = (...names: readonly string[]): readonly string[] => names.map((name) => `aws.ec2.${name}`);
const elb = (...names: readonly string[]): readonly string[] => names.map((name) => `aws.elb.${name}`);

const EC2_TAGGED = ec2(
  'vpc',
  'subnet',
  'internet-gateway',
  'route-table',
  'address',
  'nat-gateway',
  'security-group',
  'key-pair',
  'instance',
);
const ELB_TAGGED = elb('load-balancer', 'target-group', 'listener');
const ROLE = ['aws.iam.role'];
const PROFILE = ['aws.iam.instance-profile'];
const ZONE = ['aws.route53.zone'];
const RECORD = ['aws.route53.record', 'aws.route53.delegation'];
/** Zones of the account that the cluster has not made. */
const FOUND_ZONES = ['aws.route53.existing-zone', 'aws.route53.parent-zone'];
const KEY = ['aws.kms.key'];
const BUCKET = ['aws.s3.bucket'];

const EC2: Readonly<Record<string, Need>> = {
  CreateVpc: { for: ec2('vpc'), also: [TAGS] },
  DescribeVpcAttribute: of(...ec2('vpc')),
  DescribeVpcs: of(...ec2('vpc', 'existing-network'), ...ZONE, walk, preflight),
  ModifyVpcAttribute: of(...ec2('vpc')),
  DeleteVpc: of(...ec2('vpc')),

  CreateSubnet: { for: ec2('subnet'), also: [TAGS] },
  DescribeSubnets: of(...ec2('subnet', 'existing-network'), walk, preflight),
  ModifySubnetAttribute: of(...ec2('subnet')),
  DeleteSubnet: of(...ec2('subnet')),

  CreateInternetGateway: { for: ec2('internet-gateway'), also: [TAGS] },
  DescribeInternetGateways: of(...ec2('internet-gateway', 'gateway-attachment', 'existing-network'), walk),
  AttachInternetGateway: of(...ec2('gateway-attachment')),
  DetachInternetGateway: of(...ec2('gateway-attachment')),
  DeleteInternetGateway: of(...ec2('internet-gateway')),

  CreateRouteTable: { for: ec2('route-table'), also: [TAGS] },
  DescribeRouteTables: of(...ec2('route-table', 'route', 'route-table-association'), walk, preflight),
  DeleteRouteTable: of(...ec2('route-table')),
  CreateRoute: of(...ec2('route')),
  ReplaceRoute: of(...ec2('route')),
  DeleteRoute: of(...ec2('route')),
  AssociateRouteTable: of(...ec2('route-table-association')),
  DisassociateRouteTable: of(...ec2('route-table-association')),

  AllocateAddress: { for: ec2('address'), also: [TAGS] },
  DescribeAddresses: of(...ec2('address', 'address-association', 'public-address'), walk, preflight),
  ReleaseAddress: of(...ec2('address')),
  AssociateAddress: of(...ec2('address-association')),
  DisassociateAddress: of(...ec2('address-association')),

  CreateNatGateway: { for: ec2('nat-gateway'), also: [TAGS] },
  DescribeNatGateways: of(...ec2('nat-gateway'), walk, preflight),
  DeleteNatGateway: of(...ec2('nat-gateway')),

  CreateSecurityGroup: { for: ec2('security-group'), also: [TAGS] },
  DescribeSecurityGroups: of(...ec2('security-group', 'security-group-rules'), walk),
  DeleteSecurityGroup: of(...ec2('security-group')),
  AuthorizeSecurityGroupIngress: of(...ec2('security-group-rules')),
  RevokeSecurityGroupIngress: of(...ec2('security-group-rules')),
  UpdateSecurityGroupRuleDescriptionsIngress: of(...ec2('security-group-rules')),

  ImportKeyPair: { for: ec2('key-pair'), also: [TAGS] },
  DescribeKeyPairs: of(...ec2('key-pair'), walk),
  DeleteKeyPair: of(...ec2('key-pair')),

  DescribeImages: of(...ec2('image')),

  CreateTags: of(...EC2_TAGGED),
  DeleteTags: of(...EC2_TAGGED),

  RunInstances: { for: ec2('instance'), also: [TAGS] },
  DescribeInstances: of(...ec2('instance', 'public-address'), walk, preflight, care),
  ModifyInstanceAttribute: of(...ec2('instance')),
  TerminateInstances: of(...ec2('instance')),
  DescribeVolumes: of(walk),
  StopInstances: of(care),
  StartInstances: of(care),
  GetConsoleOutput: of(care),

  AssociateIamInstanceProfile: { for: ec2('instance'), also: [PASS] },
  DescribeIamInstanceProfileAssociations: of(...ec2('instance')),
  ReplaceIamInstanceProfileAssociation: { for: ec2('instance'), also: [PASS] },

  DescribeNetworkInterfaces: of(blockers),

  DescribeAvailabilityZones: of(preflight),
  DescribeInstanceTypes: of(preflight),
  DescribeInstanceTypeOfferings: of(preflight),
  DescribeSpotPriceHistory: of(prices),
};

const ELB: Readonly<Record<string, Need>> = {
  CreateLoadBalancer: { for: elb('load-balancer'), also: [ELB_TAGS] },
  DescribeLoadBalancers: of(...elb('load-balancer'), walk, preflight),
  SetSecurityGroups: of(...elb('load-balancer')),
  SetSubnets: of(...elb('load-balancer')),
  DeleteLoadBalancer: of(...elb('load-balancer')),

  CreateTargetGroup: { for: elb('target-group'), also: [ELB_TAGS] },
  DescribeTargetGroups: of(...elb('target-group'), walk),
  DescribeTargetGroupAttributes: of(...elb('target-group')),
  ModifyTargetGroup: of(...elb('target-group')),
  ModifyTargetGroupAttributes: of(...elb('target-group')),
  DeleteTargetGroup: of(...elb('target-group')),

  CreateListener: { for: elb('listener'), also: [ELB_TAGS] },
  DescribeListeners: of(...elb('listener')),
  ModifyListener: of(...elb('listener')),
  DeleteListener: of(...elb('listener')),

  RegisterTargets: of(...elb('target')),
  DescribeTargetHealth: of(...elb('target')),
  DeregisterTargets: of(...elb('target')),

  AddTags: of(...ELB_TAGGED),
  RemoveTags: of(...ELB_TAGGED),
  DescribeTags: of(...ELB_TAGGED, ...elb('target'), walk),
};

const IAM: Readonly<Record<string, Need>> = {
  CreateRole: { for: ROLE, also: ['iam:TagRole'] },
  GetRole: of(...ROLE, preflight),
  GetRolePolicy: of(...ROLE),
  ListRoles: of(...ROLE, walk),
  ListRolePolicies: of(...ROLE),
  ListAttachedRolePolicies: of(...ROLE),
  UpdateAssumeRolePolicy: of(...ROLE),
  PutRolePolicy: of(...ROLE),
  TagRole: of(...ROLE),
  UntagRole: of(...ROLE),
  DeleteRolePolicy: of(...ROLE),
  DetachRolePolicy: of(...ROLE),
  DeleteRole: of(...ROLE),
  ListInstanceProfilesForRole: of(blockers),
  SimulatePrincipalPolicy: of(preflight),

  CreateInstanceProfile: { for: PROFILE, also: ['iam:TagInstanceProfile'] },
  GetInstanceProfile: of(...PROFILE),
  TagInstanceProfile: of(...PROFILE),
  UntagInstanceProfile: of(...PROFILE),
  ListInstanceProfiles: of(...PROFILE, walk),
  AddRoleToInstanceProfile: { for: PROFILE, also: [PASS] },
  RemoveRoleFromInstanceProfile: of(...PROFILE),
  DeleteInstanceProfile: of(...PROFILE),
};

const KMS: Readonly<Record<string, Need>> = {
  CreateKey: { for: KEY, also: ['kms:TagResource'] },
  DescribeKey: of(...KEY, walk),
  ListKeys: of(...KEY, walk),
  ListResourceTags: of(...KEY, walk),
  UpdateKeyDescription: of(...KEY),
  TagResource: of(...KEY),
  UntagResource: of(...KEY),
  ScheduleKeyDeletion: of(...KEY),
  Encrypt: of(state),
  Decrypt: of(state),
};

const ROUTE53: Readonly<Record<string, Need>> = {
  CreateHostedZone: of(...ZONE),
  GetHostedZone: of(...ZONE, ...FOUND_ZONES),
  ListHostedZones: of(...ZONE, 'aws.route53.parent-zone', walk, preflight),
  ListHostedZonesByName: of('aws.route53.existing-zone'),
  ListTagsForResource: of(...ZONE, walk),
  ChangeTagsForResource: of(...ZONE),
  ListResourceRecordSets: of(...ZONE, ...RECORD),
  ChangeResourceRecordSets: of(...ZONE, ...RECORD),
  DeleteHostedZone: of(...ZONE),
};

const S3: Readonly<Record<string, Need>> = {
  CreateBucket: { for: BUCKET, also: ['s3:TagResource'] },
  GetBucketTagging: of(...BUCKET, walk),
  PutBucketTagging: of(...BUCKET),
  GetBucketVersioning: of(...BUCKET),
  PutBucketVersioning: of(...BUCKET),
  GetBucketEncryption: { for: [...BUCKET, state], is: ['s3:GetEncryptionConfiguration'] },
  PutBucketEncryption: { for: BUCKET, is: ['s3:PutEncryptionConfiguration'] },
  GetPublicAccessBlock: { for: BUCKET, is: ['s3:GetBucketPublicAccessBlock'] },
  PutPublicAccessBlock: { for: BUCKET, is: ['s3:PutBucketPublicAccessBlock'] },
  GetBucketLifecycleConfiguration: { for: BUCKET, is: ['s3:GetLifecycleConfiguration'] },
  PutBucketLifecycleConfiguration: { for: BUCKET, is: ['s3:PutLifecycleConfiguration'] },
  GetBucketPolicy: of(...BUCKET),
  PutBucketPolicy: of(...BUCKET),
  ListObjectVersions: { for: BUCKET, is: ['s3:ListBucketVersions'] },
  DeleteObjects: { for: BUCKET, is: ['s3:DeleteObject', 's3:DeleteObjectVersion'] },
  DeleteBucket: of(...BUCKET),
  ListBuckets: { for: [state], is: ['s3:ListAllMyBuckets'] },
  ListObjectsV2: { for: [state], is: ['s3:ListBucket'] },
  // Without the right to list, S3 answers 403 for what is not there. What lies in the bucket is encrypted under its key.
  HeadObject: { for: [state], is: ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt'] },
  GetObject: { for: [state], also: ['s3:ListBucket', 'kms:Decrypt'] },
  PutObject: { for: [state], also: ['kms:GenerateDataKey'] },
  DeleteObject: of(state),
};

const PRICING: Readonly<Record<string, Need>> = { GetProducts: of(prices) };

const QUOTAS: Readonly<Record<string, Need>> = {
  GetServiceQuota: of(preflight),
  GetAWSDefaultServiceQuota: of(preflight),
};

const STS: Readonly<Record<string, Need>> = {
  // The one request that nobody can be forbidden.
  GetCallerIdentity: { for: [account, state], is: [] },
};

/** By service as a session calls it, then by operation. */
export const NEEDS: Readonly<Record<string, Readonly<Record<string, Need>>>> = {
  ec2: EC2,
  elb: ELB,
  iam: IAM,
  kms: KMS,
  pricing: PRICING,
  quotas: QUOTAS,
  route53: ROUTE53,
  s3: S3,
  sts: STS,
};

/** Balancers and spot machines make a role for their service in an account that has never had any. */
export const FIRST_USE = { action: 'iam:CreateServiceLinkedRole', for: ['first use of balancers or spot machines'] };
