import {
  type Address,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  type Instance,
  type InternetGateway,
  type KeyPairInfo,
  type NatGateway,
  type NetworkInterface,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type Volume,
  type Vpc,
} from '@aws-sdk/client-ec2';
import type { AwsSession } from '../session.ts';
import { ec2Listing } from './listing.ts';

export type Ec2Listings = ReturnType<typeof ec2Listings>;

/** With its tags where all others have them. */
type Interface = NetworkInterface & Pick<Vpc, 'Tags'>;

const MaxResults = 1_000;
const ROUTE_TABLES_MAX = 100;

/** What EC2 has, kind by kind. */
export function ec2Listings(ec2: AwsSession['ec2']) {
  return { ...networkListings(ec2), ...machineListings(ec2) };
}

function networkListings(ec2: AwsSession['ec2']) {
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
    addresses: ec2Listing(ec2, {
      purpose: 'list the addresses',
      idFilter: 'allocation-id',
      idOf: ({ AllocationId }: Address) => AllocationId,
      request: ({ Filters }) => new DescribeAddressesCommand({ Filters }),
      itemsOf: ({ Addresses }) => Addresses,
    }),
    natGateways: ec2Listing(ec2, {
      purpose: 'list the NAT gateways',
      idFilter: 'nat-gateway-id',
      idOf: ({ NatGatewayId }: NatGateway) => NatGatewayId,
      request: ({ Filters: Filter, NextToken }) => new DescribeNatGatewaysCommand({ Filter, NextToken, MaxResults }),
      itemsOf: ({ NatGateways }) => NatGateways,
    }),
    networkInterfaces: ec2Listing(ec2, {
      purpose: 'list the network interfaces',
      idFilter: 'network-interface-id',
      idOf: ({ NetworkInterfaceId }: Interface) => NetworkInterfaceId,
      request: (asked) => new DescribeNetworkInterfacesCommand({ ...asked, MaxResults }),
      itemsOf: ({ NetworkInterfaces }) => NetworkInterfaces?.map((found) => ({ ...found, Tags: found.TagSet })),
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
  };
}

/** Machines, and what they need besides a network. */
function machineListings(ec2: AwsSession['ec2']) {
  return {
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
