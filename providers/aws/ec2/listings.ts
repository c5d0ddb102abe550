import {
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  type Instance,
  type InternetGateway,
  type KeyPairInfo,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type Volume,
  type Vpc,
} from '@aws-sdk/client-ec2';
import type { AwsSession } from '../session.ts';
import { ec2Listing } from './listing.ts';

export type Ec2Listings = ReturnType<typeof ec2Listings>;

const MaxResults = 1_000;
const ROUTE_TABLES_MAX = 100;

/** What EC2 has, kind by kind. */
export function ec2Listings(ec2: AwsSession['ec2']) {
  return {
    vpcs: ec2Listing(ec2, {
      purpose: 'list the networks',
      idFilter: 'vpc-id',
      idOf: ({ VpcId }: Vpc) => VpcId,
      request: (asked) => new DescribeVpcsCommand({ ...asked, MaxResults }),
      itemsOf: ({ Vpcs }) => Vpcs,
    }),
    internetGateways: ec2Listing(ec2, {
      purpose: 'list the internet gateways',
      idFilter: 'internet-gateway-id',
      idOf: ({ InternetGatewayId }: InternetGateway) => InternetGatewayId,
      request: (asked) => new DescribeInternetGatewaysCommand({ ...asked, MaxResults }),
      itemsOf: ({ InternetGateways }) => InternetGateways,
    }),
    routeTables: ec2Listing(ec2, {
      purpose: 'list the route tables',
      idFilter: 'route-table-id',
      idOf: ({ RouteTableId }: RouteTable) => RouteTableId,
      request: (asked) => new DescribeRouteTablesCommand({ ...asked, MaxResults: ROUTE_TABLES_MAX }),
      itemsOf: ({ RouteTables }) => RouteTables,
    }),
    subnets: ec2Listing(ec2, {
      purpose: 'list the subnets',
      idFilter: 'subnet-id',
      idOf: ({ SubnetId }: Subnet) => SubnetId,
      request: (asked) => new DescribeSubnetsCommand({ ...asked, MaxResults }),
      itemsOf: ({ Subnets }) => Subnets,
    }),
    securityGroups: ec2Listing(ec2, {
      purpose: 'list the security groups',
      idFilter: 'group-id',
      idOf: ({ GroupId }: SecurityGroup) => GroupId,
      request: (asked) => new DescribeSecurityGroupsCommand({ ...asked, MaxResults }),
      itemsOf: ({ SecurityGroups }) => SecurityGroups,
    }),
    keyPairs: ec2Listing(ec2, {
      purpose: 'list the keys',
      idFilter: 'key-pair-id',
      idOf: ({ KeyPairId }: KeyPairInfo) => KeyPairId,
      request: ({ Filters }) => new DescribeKeyPairsCommand({ Filters }),
      itemsOf: ({ KeyPairs }) => KeyPairs,
    }),
    instances: ec2Listing(ec2, {
      purpose: 'list the machines',
      idFilter: 'instance-id',
      idOf: ({ InstanceId }: Instance) => InstanceId,
      request: (asked) => new DescribeInstancesCommand({ ...asked, MaxResults }),
      itemsOf: ({ Reservations }) => Reservations?.flatMap(({ Instances = [] }) => Instances),
    }),
    volumes: ec2Listing(ec2, {
      purpose: 'list the disks',
      idFilter: 'volume-id',
      idOf: ({ VolumeId }: Volume) => VolumeId,
      request: (asked) => new DescribeVolumesCommand({ ...asked, MaxResults }),
      itemsOf: ({ Volumes }) => Volumes,
    }),
  };
}
