/** Where an emulator answers otherwise than AWS, and how: a fact of this list is held against the simulator alone. */
export interface Difference {
  /** Of the fact. */
  readonly id: string;
  /** What is seen instead; seen again in every run, so that the row goes when the emulator gets it right. */
  readonly instead: unknown;
  /** The exchange that shows it. */
  readonly evidence: string;
}

/** Of which version of moto the list speaks. */
export const MOTO_VERSION = '5.2.5';

const NO_SIMULATION = 'SimulatePrincipalPolicy: NotImplementedError, as HTML.';

const ec2 = differences('ec2', {
  'vpc-with-gateway': ['accepted', 'DeleteVpc of a VPC with an attached internet gateway: 200.'],
  'vpc-with-group': ['accepted', 'DeleteVpc of a VPC with a security group: 200, and the group goes too.'],
  'subnet-zone': ['accepted', 'CreateSubnet in eu-west-3 with the zone us-east-1a: 200.'],
  'gateway-second': ['accepted', 'AttachInternetGateway of a second gateway to a VPC: 200.'],
  'table-token': [false, 'CreateRouteTable twice with one ClientToken: two tables.'],
  'table-token-mismatch': ['accepted', 'CreateRouteTable with a used ClientToken and another VPC: 200.'],
  'table-associated-twice': ['accepted', 'AssociateRouteTable of a subnet that another table serves: 200.'],
  'table-other-vpc': ['accepted', 'AssociateRouteTable of a subnet of another VPC: 200.'],
  'table-main-kept': ['accepted', 'DeleteRouteTable of the main table: 200.'],
  'route-missing-gateway': [
    'InvalidInternetGatewayID.NotFound 400',
    'CreateRoute to a gateway that is not there: the code of the requests of gateways.',
  ],
  'route-foreign-gateway': ['accepted', 'CreateRoute to the gateway of another VPC: 200.'],
  'route-blackhole': ['active', 'DescribeRouteTables after DetachInternetGateway: the state stays active.'],
  'group-default-kept': ['accepted', 'DeleteSecurityGroup of the group "default": 200.'],
  'group-named-kept': ['accepted', 'DeleteSecurityGroup of a group that a rule of another one names: 200.'],
  'group-used-kept': ['accepted', 'DeleteSecurityGroup of the group of a running machine: 200.'],
  'rule-duplicate-all': [
    ['InvalidPermission.Duplicate 400', ['22 203.0.113.7/32', '443 198.51.100.0/24']],
    'AuthorizeSecurityGroupIngress with one new hole and one that is open: refused, and the new one is open.',
  ],
  'rule-twice-in-request': [
    'InvalidPermission.Duplicate 400',
    'AuthorizeSecurityGroupIngress with one hole twice: taken for a hole that is open.',
  ],
  'rule-renamed-missing': ['accepted', 'UpdateSecurityGroupRuleDescriptionsIngress of a rule that is not there: 200.'],
  'rule-renamed-missing-all': ['new', 'The same request beside a rule that is there: that one is done.'],
  'key-malformed': ['Error 500', 'ImportKeyPair of what is no key: an HTML page of an unhandled Python exception.'],
  'filter-unknown': ['Error 500', 'DescribeVpcs with the filter no-such-filter: FilterNotImplementedError, as HTML.'],
  'page-size': ['accepted', 'DescribeSubnets with MaxResults 4: 200.'],
  'page-and-ids': ['accepted', 'DescribeInternetGateways with ids and MaxResults: 200.'],
  'page-of-five': [[7, 'undefined'], 'DescribeSubnets with MaxResults 5 of seven: all seven, no token.'],
  'page-token-unknown': [false, 'DescribeSubnets with a made-up NextToken: 200.'],
  'token-repeated': [
    false,
    'RunInstances twice with one ClientToken: two machines. The token is kept, never looked up.',
  ],
  'token-mismatch': ['accepted', 'RunInstances with a used ClientToken and another type: 200.'],
  'token-terminated': ['accepted', 'RunInstances with the ClientToken of a terminated machine: 200.'],
  'token-filter': [
    'refused: Error 500',
    'DescribeInstances with the filter client-token: NotImplementedError, as HTML.',
  ],
  'token-too-long': ['accepted', 'RunInstances with a ClientToken of 65 characters: 200.'],
  'launch-unknown-type': [
    'InvalidInstanceType.NotFound 400',
    'RunInstances of m7i.nonesuch: a code that EC2 does not list.',
  ],
  'launch-wrong-architecture': ['accepted', 'RunInstances of m7g.large with an x86_64 image: 200.'],
  'launch-foreign-group': ['accepted', 'RunInstances with a group of another VPC: 200.'],
  'launch-user-data': ['accepted', 'RunInstances with 16,385 bytes of user-data: 200.'],
  'launch-full-subnet': ['Error 500', 'RunInstances of 12 in a /28: KeyError "pop from an empty set", as HTML.'],
  'launch-unknown-profile': ['NoSuchEntity 404', 'RunInstances with an unknown profile: the answer of IAM.'],
  'launch-tags-group': ['accepted', 'RunInstances with tags for a VPC: 200.'],
  'machine-terminated-bare': [
    { isPlaced: true, groups: 0, disks: 0 },
    'DescribeInstances of a terminated machine: its subnet and private address.',
  ],
  'machine-keeps-subnet': [['accepted', 'InvalidSubnetID.NotFound 400'], 'DeleteSubnet under a running machine: 200.'],
  'machine-groups-missing': ['accepted', 'ModifyInstanceAttribute with a group that is not there: 200.'],
  'machine-power-ended': [['accepted', 'accepted'], 'StopInstances and StartInstances of a terminated machine: 200.'],
  'profile-unknown': ['NoSuchEntity 404', 'AssociateIamInstanceProfile of an unknown profile: the answer of IAM.'],
  'profile-replaced': [[true, true], 'ReplaceIamInstanceProfileAssociation: the id of the association stays.'],
  'address-no-gateway': ['accepted', 'AssociateAddress in a VPC without an internet gateway: 200.'],
  'address-released-in-use': ['accepted', 'ReleaseAddress of an associated address: 200.'],
  'address-let-go': [false, 'DescribeAddresses after TerminateInstances: still associated.'],
  'nat-token': [
    'refused: Resource.AlreadyAssociated 400',
    'CreateNatGateway twice with one ClientToken: a second one is tried, and its address is taken.',
  ],
  'nat-missing': ['Error 500', 'DeleteNatGateway of what is not there: AttributeError, as HTML.'],
  'nat-keeps-subnet': [['accepted', 'InvalidSubnetID.NotFound 400'], 'DeleteSubnet under a NAT gateway: 200.'],
  'nat-keeps-address': [
    ['accepted', 'InvalidAllocationID.NotFound 400'],
    'ReleaseAddress of the address of a NAT gateway: 200.',
  ],
  'nat-route-missing': ['accepted', 'CreateRoute to a NAT gateway that is not there: 200.'],
  'interface-of-nat': [[[false, false]], 'DescribeNetworkInterfaces: that of a NAT gateway does not say so.'],
});

const elb = differences('elb', {
  'balancer-again': [false, 'CreateLoadBalancer twice with the same settings: two of one name.'],
  'balancer-duplicate': ['accepted', 'CreateLoadBalancer of a name that is taken, with another scheme: 200.'],
  'balancer-tags-missing': ['accepted', 'DescribeTags of a load balancer that is not there: 200.'],
  'balancer-missing-subnet': ['InvalidSubnetID.NotFound 400', 'CreateLoadBalancer in such a subnet: the code of EC2.'],
  'balancer-missing-group': ['accepted', 'CreateLoadBalancer with a security group that is not there: 200.'],
  'balancer-name-long': ['accepted', 'CreateLoadBalancer with a name of 33 characters: 200.'],
  'listener-duplicate': ['accepted', 'CreateListener on a port that has one: 200.'],
  'group-again': [
    'refused: DuplicateTargetGroupNameException 400',
    'CreateTargetGroup twice with the same settings: refused.',
  ],
  'group-attributes': [
    { before: ['300', undefined], after: ['30', undefined] },
    'DescribeTargetGroupAttributes: there is no preserve_client_ip.enabled.',
  ],
  'target-missing-machine': ['accepted', 'RegisterTargets of a machine that is not there: 200.'],
  'target-taken': [
    ['accepted', 'InvalidTargetException 400', []],
    'DeregisterTargets of what is not registered: refused.',
  ],
});

const iam = differences('iam', {
  'role-malformed-trust': ['accepted', 'CreateRole with a trust that is no policy: 200.'],
  'policy-attached': [
    'refused: NoSuchEntityException 404',
    'AttachRolePolicy of ReadOnlyAccess: policies of AWS are there with MOTO_IAM_LOAD_MANAGED_POLICIES alone, which takes seconds for every account.',
  ],
  'profile-role-not-in-it': [
    'Error 500',
    'RemoveRoleFromInstanceProfile of a role that is not in it: ValueError "x not in list", as HTML.',
  ],
  'simulation-decides': ['refused: Error 500', NO_SIMULATION],
  'simulation-missing': ['Error 500', NO_SIMULATION],
  'simulation-session': ['Error 500', NO_SIMULATION],
  'profile-listed-by-path': [['workers', 'others'], 'ListInstanceProfiles with a PathPrefix: all profiles.'],
});

const kms = differences('kms', {
  'key-listed': [[false, false, true], 'ListKeys with Limit 2 of three: all three, not truncated.'],
  'deletion-window': ['accepted', 'ScheduleKeyDeletion 6 days ahead: 200.'],
  'deletion-twice': ['accepted', 'ScheduleKeyDeletion of a key that is pending deletion: 200.'],
  'deletion-no-sealing': ['accepted', 'Encrypt under a key that is pending deletion: 200.'],
  'deletion-no-opening': ['accepted', 'Decrypt under a key that is pending deletion: 200.'],
  'deletion-no-tagging': ['accepted', 'TagResource of a key that is pending deletion: 200.'],
  'deletion-cancelled': [['Disabled', 'accepted', 'Enabled'], 'Encrypt under a disabled key: 200.'],
  'sealed-other-key': [
    'AccessDeniedException 400',
    'Decrypt with the id of another key: taken for a lack of permission.',
  ],
});

const route53 = differences('route53', {
  'zone-case': ['Blog.Example.com.', 'CreateHostedZone of Blog.Example.com: the capitals stay.'],
  'zone-reference': ['accepted', 'CreateHostedZone twice with one CallerReference: two zones.'],
  'zone-name-malformed': ['accepted', 'CreateHostedZone of no..name: 201.'],
  'zone-tags-missing': ['accepted', 'ListTagsForResource of a zone that is not there: 200.'],
  'record-deleted-other-values': [
    ['InvalidInput 400', ['A www.blog.example.com. 192.0.2.1 192.0.2.2']],
    'DELETE with other values: refused under another name.',
  ],
  'record-deleted-other-ttl': ['InvalidInput 400', 'DELETE with another TTL: refused under another name.'],
  'record-deleted-missing': ['InvalidInput 400', 'DELETE of what is not there: refused under another name.'],
  'record-own-ns': ['InvalidInput 400', "DELETE of the zone's own NS records: refused under another name."],
  'record-a-malformed': ['accepted', 'CREATE of an A record with the value "no address": 200.'],
  'record-cname-alone': ['accepted', 'CREATE of a CNAME beside an A record: 200.'],
  'record-star': [['A *.blog.example.com. 192.0.2.1'], 'ListResourceRecordSets: a star is shown as it is.'],
  'record-case': [['A WWW.blog.example.com. 192.0.2.1'], 'CREATE of WWW: the capitals stay.'],
});

const s3 = differences('s3', {
  'bucket-tagged': ['refused: NoSuchTagSet 404', 'CreateBucket with tags, then GetBucketTagging: there are none.'],
  'bucket-name': ['accepted', 'CreateBucket of Bootstrap-Fact: 200.'],
  'encryption-default': [
    'refused: ServerSideEncryptionConfigurationNotFoundError 404',
    'GetBucketEncryption of a new bucket: as before January 2023.',
  ],
  'access-default': [
    'refused: NoSuchPublicAccessBlockConfiguration 404',
    'GetPublicAccessBlock of a new bucket: as before April 2023.',
  ],
  'policy-malformed': ['accepted', 'PutBucketPolicy of what is no JSON: 200.'],
  'policy-condition': [
    'Unknown 403',
    'PutObject with If-None-Match under a denial of writes without it: the condition is not looked at.',
  ],
  'lifecycle-days': ['accepted', 'PutBucketLifecycleConfiguration with Days 0: 200.'],
  'version-removed': [
    { removed: 2, told: 2, Errors: undefined, left: [] },
    'DeleteObjects, quiet: tells what it has deleted.',
  ],
});

const quotas = differences('quotas', {
  'quota-told': [
    'refused: NoSuchResourceException 400',
    'GetServiceQuota of L-1216C47A in eu-west-3: it has quotas of few services, and not this one.',
  ],
  'quota-default': ['refused: SyntaxError 500', 'GetAWSDefaultServiceQuota: NotImplementedError, as HTML.'],
});

const pricing = differences('pricing', {
  'price-of-machine': ['refused: SyntaxError 500', 'GetProducts of AmazonEC2: an unhandled AttributeError, as HTML.'],
  'price-unknown-service': ['SyntaxError 500', 'GetProducts of NoSuchService: the same.'],
});

export const motoDifferences: readonly Difference[] = [
  ...ec2,
  ...elb,
  ...iam,
  ...kms,
  ...route53,
  ...s3,
  ...quotas,
  ...pricing,
];

/** Where moto answers now as AWS does and now not, by nothing but chance: what it may say, and why. */
export const motoChances: ReadonlyMap<string, (seen: unknown) => boolean> = new Map([
  // It looks and writes in two steps, with nothing to keep others out between them: mostly one wins, sometimes two.
  ['s3/write-if-none-16', (seen) => typeof seen === 'number' && seen >= 1],
]);

function differences(
  service: string,
  rows: Readonly<Record<string, readonly [instead: unknown, evidence: string]>>,
): readonly Difference[] {
  return Object.entries(rows).map(([name, [instead, evidence]]) => ({ id: `${service}/${name}`, instead, evidence }));
}

/** Where an answer of moto has another shape at a place that the provider reads: what is seen, and why. */
export const motoShapeDifferences: Readonly<Record<string, string>> = {
  'ec2.DescribeSubnets NextToken: simulator string, emulator none': 'It cuts no pages of subnets: see page-of-five.',
  'ec2.RunInstances Instances[].PublicIpAddress: simulator none, emulator string':
    'It shows the public address in the answer to the launch, not once the machine runs.',
  'kms.ListKeys NextMarker: simulator string, emulator none': 'It cuts no pages of keys: see key-listed.',
};
