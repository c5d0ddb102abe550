import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import type { MotoServer } from './moto-server.ts';

/** One thing that an account lists. */
export interface Listed {
  readonly kind: string;
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What is compared beside its id: what an account has from the beginning may be changed as well as added to. */
  readonly about?: unknown;
  /** The subnet or network it stands in. */
  readonly within?: string | undefined;
  /** Of a machine: its place in the launch. */
  readonly launchIndex?: number | undefined;
}

type Config = MotoServer['clientConfig'];

/**
 * Everything that an account lists, asked service by service with the SDK and nothing of ours. Left out is what AWS
 * itself lets linger: machines that have ended, keys whose deletion is scheduled, and the keys that are its own. And what
 * only an emulator can show: interfaces and access lists in a subnet or network that is gone. Requests go one at a time:
 * asked for many things at once while it is young, moto answers some with a page of its own fault.
 */
export async function accountCensus({ clientConfig }: Pick<MotoServer, 'clientConfig'>): Promise<readonly Listed[]> {
  const parts = [networks, gateways, machines, identities, keys, buckets, zones, balancers];
  const found: Listed[] = [];
  const config = { ...clientConfig, requestHandler: { httpAgent: { maxSockets: 1 } } };
  for (const part of parts) found.push(...(await part(config)));
  const places = new Set(found.filter(({ kind }) => kind === 'subnet' || kind === 'vpc').map(({ id }) => id));
  const there = found.filter(({ within }) => within === undefined || places.has(within));
  return there.toSorted((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
}

export function textOf({ kind, id, about }: Listed): string {
  return `${kind} ${id}${about === undefined ? '' : ` ${JSON.stringify(about)}`}`;
}

interface Tagged {
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

function listed(kind: string, id: string | undefined, { Tags = [] }: Tagged = {}, about?: unknown): Listed {
  const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  return { kind, id: id ?? '?', tags, ...(about === undefined ? {} : { about }) };
}

async function networks(config: Config): Promise<readonly Listed[]> {
  const client = new ec2.EC2Client(config);
  const [vpcs, subnets, tables, groups, rules, acls, options] = await Promise.all([
    client.send(new ec2.DescribeVpcsCommand()),
    client.send(new ec2.DescribeSubnetsCommand()),
    client.send(new ec2.DescribeRouteTablesCommand()),
    client.send(new ec2.DescribeSecurityGroupsCommand()),
    client.send(new ec2.DescribeSecurityGroupRulesCommand()),
    client.send(new ec2.DescribeNetworkAclsCommand()),
    client.send(new ec2.DescribeDhcpOptionsCommand()),
  ]);
  return [
    ...(vpcs.Vpcs ?? []).map((vpc) => listed('vpc', vpc.VpcId, vpc)),
    ...(subnets.Subnets ?? []).map((subnet) => listed('subnet', subnet.SubnetId, subnet)),
    ...(tables.RouteTables ?? []).map((table) => listed('route-table', table.RouteTableId, table, aboutRoutes(table))),
    ...(groups.SecurityGroups ?? []).map((group) => listed('security-group', group.GroupId, group)),
    ...(rules.SecurityGroupRules ?? []).map((rule) => listed('security-group-rule', rule.SecurityGroupRuleId, rule)),
    ...(acls.NetworkAcls ?? []).map((acl) => ({ ...listed('network-acl', acl.NetworkAclId, acl), within: acl.VpcId })),
    ...(options.DhcpOptions ?? []).map((set) => listed('dhcp-options', set.DhcpOptionsId, set)),
  ];
}

function aboutRoutes({ Routes = [], Associations = [] }: ec2.RouteTable) {
  const routes = Routes.map(({ DestinationCidrBlock }) => DestinationCidrBlock ?? '').toSorted();
  return { routes, associations: Associations.length };
}

async function gateways(config: Config): Promise<readonly Listed[]> {
  const client = new ec2.EC2Client(config);
  const [internet, nat, addresses, endpoints, cards] = await Promise.all([
    client.send(new ec2.DescribeInternetGatewaysCommand()),
    client.send(new ec2.DescribeNatGatewaysCommand()),
    client.send(new ec2.DescribeAddressesCommand()),
    client.send(new ec2.DescribeVpcEndpointsCommand()),
    client.send(new ec2.DescribeNetworkInterfacesCommand()),
  ]);
  const natAlive = (nat.NatGateways ?? []).filter(({ State }) => State !== 'deleted');
  return [
    ...(internet.InternetGateways ?? []).map((gateway) =>
      listed('internet-gateway', gateway.InternetGatewayId, gateway, gateway.Attachments?.length),
    ),
    ...natAlive.map((gateway) => listed('nat-gateway', gateway.NatGatewayId, gateway)),
    ...(addresses.Addresses ?? []).map((address) => listed('address', address.AllocationId, address)),
    ...(endpoints.VpcEndpoints ?? []).map((endpoint) => listed('vpc-endpoint', endpoint.VpcEndpointId, endpoint)),
    ...(cards.NetworkInterfaces ?? []).map(({ NetworkInterfaceId, TagSet, SubnetId }) => ({
      ...listed('network-interface', NetworkInterfaceId, { Tags: TagSet }),
      within: SubnetId,
    })),
  ];
}

async function machines(config: Config): Promise<readonly Listed[]> {
  const client = new ec2.EC2Client(config);
  const [instances, volumes, snapshots, images, pairs, templates, profiles] = await Promise.all([
    client.send(new ec2.DescribeInstancesCommand()),
    client.send(new ec2.DescribeVolumesCommand()),
    client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    client.send(new ec2.DescribeImagesCommand({ Owners: ['self'] })),
    client.send(new ec2.DescribeKeyPairsCommand()),
    client.send(new ec2.DescribeLaunchTemplatesCommand()),
    client.send(new ec2.DescribeIamInstanceProfileAssociationsCommand()),
  ]);
  const all = (instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
  const alive = all.filter(({ State }) => State?.Name !== 'terminated');
  return [
    ...alive.map((instance) => ({
      ...listed('instance', instance.InstanceId, instance),
      launchIndex: instance.AmiLaunchIndex,
    })),
    ...(volumes.Volumes ?? []).map((volume) => listed('volume', volume.VolumeId, volume)),
    ...(snapshots.Snapshots ?? []).map((snapshot) => listed('snapshot', snapshot.SnapshotId, snapshot)),
    ...(images.Images ?? []).map((image) => listed('image', image.ImageId, image)),
    ...(pairs.KeyPairs ?? []).map((pair) => listed('key-pair', pair.KeyPairId, pair)),
    ...(templates.LaunchTemplates ?? []).map((template) =>
      listed('launch-template', template.LaunchTemplateId, template),
    ),
    ...(profiles.IamInstanceProfileAssociations ?? []).map(({ AssociationId }) =>
      listed('profile-association', AssociationId),
    ),
  ];
}

async function identities(config: Config): Promise<readonly Listed[]> {
  const client = new iam.IAMClient(config);
  const [roles, profiles, policies, users, groups] = await Promise.all([
    client.send(new iam.ListRolesCommand()),
    client.send(new iam.ListInstanceProfilesCommand()),
    client.send(new iam.ListPoliciesCommand({ Scope: 'Local' })),
    client.send(new iam.ListUsersCommand()),
    client.send(new iam.ListGroupsCommand()),
  ]);
  const rolesTagged = await Promise.all(
    (roles.Roles ?? []).map(async ({ RoleName }) => {
      const { Tags } = await client.send(new iam.ListRoleTagsCommand({ RoleName }));
      const { PolicyNames } = await client.send(new iam.ListRolePoliciesCommand({ RoleName }));
      return listed('role', RoleName, { Tags }, PolicyNames);
    }),
  );
  return [
    ...rolesTagged,
    ...(profiles.InstanceProfiles ?? []).map((profile) =>
      listed('instance-profile', profile.InstanceProfileName, profile, profile.Roles?.length),
    ),
    ...(policies.Policies ?? []).map((policy) => listed('policy', policy.PolicyName)),
    ...(users.Users ?? []).map((user) => listed('user', user.UserName)),
    ...(groups.Groups ?? []).map((group) => listed('group', group.GroupName)),
  ];
}

async function keys(config: Config): Promise<readonly Listed[]> {
  const client = new kms.KMSClient(config);
  const { Keys = [] } = await client.send(new kms.ListKeysCommand());
  const found: Listed[] = [];
  for (const { KeyId } of Keys) {
    const { KeyMetadata } = await client.send(new kms.DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.KeyState === 'PendingDeletion' || isOfAws(KeyMetadata)) continue;
    const { Tags = [] } = await client.send(new kms.ListResourceTagsCommand({ KeyId }));
    const renamed = Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue }));
    found.push(listed('key', KeyId, { Tags: renamed }));
  }
  const { Aliases = [] } = await client.send(new kms.ListAliasesCommand());
  const aliases = Aliases.map(({ AliasName = '' }) => AliasName).filter((name) => !name.startsWith('alias/aws/'));
  return [...found, ...aliases.map((name) => listed('key-alias', name))];
}

/** moto makes the key that AWS keeps for encrypted disks as if it were a customer's. */
function isOfAws({ KeyManager, Description }: Partial<kms.KeyMetadata> = {}): boolean {
  return KeyManager === 'AWS' || Description?.startsWith('Default master key that protects my EBS volumes') === true;
}

async function buckets(config: Config): Promise<readonly Listed[]> {
  const client = new s3.S3Client(config);
  const { Buckets = [] } = await client.send(new s3.ListBucketsCommand());
  return Promise.all(
    Buckets.map(async ({ Name: Bucket }) => {
      const tagging = await client.send(new s3.GetBucketTaggingCommand({ Bucket })).catch(() => undefined);
      return listed('bucket', Bucket, { Tags: tagging?.TagSet });
    }),
  );
}

async function zones(config: Config): Promise<readonly Listed[]> {
  const client = new route53.Route53Client(config);
  const { HostedZones = [] } = await client.send(new route53.ListHostedZonesCommand());
  const found: Listed[] = [];
  for (const { Id = '' } of HostedZones) {
    const ResourceId = Id.slice(Id.lastIndexOf('/') + 1);
    const tags = await client.send(new route53.ListTagsForResourceCommand({ ResourceId, ResourceType: 'hostedzone' }));
    found.push(listed('zone', Id, tags.ResourceTagSet));
    const { ResourceRecordSets = [] } = await client.send(
      new route53.ListResourceRecordSetsCommand({ HostedZoneId: ResourceId }),
    );
    found.push(...ResourceRecordSets.map(({ Name, Type }) => listed('record', `${Name} ${Type}`)));
  }
  const { HealthChecks = [] } = await client.send(new route53.ListHealthChecksCommand());
  return [...found, ...HealthChecks.map(({ Id }) => listed('health-check', Id))];
}

async function balancers(config: Config): Promise<readonly Listed[]> {
  const client = new elb.ElasticLoadBalancingV2Client(config);
  const [{ LoadBalancers = [] }, { TargetGroups = [] }] = await Promise.all([
    client.send(new elb.DescribeLoadBalancersCommand()),
    client.send(new elb.DescribeTargetGroupsCommand()),
  ]);
  const arns = [...LoadBalancers.map((one) => one.LoadBalancerArn), ...TargetGroups.map((one) => one.TargetGroupArn)];
  const ResourceArns = arns.filter((arn) => arn !== undefined);
  if (ResourceArns.length === 0) return [];
  const { TagDescriptions = [] } = await client.send(new elb.DescribeTagsCommand({ ResourceArns }));
  const tagsOf = new Map(TagDescriptions.map(({ ResourceArn, Tags }) => [ResourceArn, Tags]));
  const listeners = await Promise.all(
    LoadBalancers.map(({ LoadBalancerArn }) => client.send(new elb.DescribeListenersCommand({ LoadBalancerArn }))),
  );
  return [
    ...LoadBalancers.map(({ LoadBalancerArn: arn }) => listed('balancer', arn, { Tags: tagsOf.get(arn) })),
    ...TargetGroups.map(({ TargetGroupArn: arn }) => listed('target-group', arn, { Tags: tagsOf.get(arn) })),
    ...listeners.flatMap(({ Listeners = [] }) => Listeners.map(({ ListenerArn }) => listed('listener', ListenerArn))),
  ];
}
