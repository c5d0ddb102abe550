import type * as sdk from '@aws-sdk/client-ec2';

/** What the operations whose answers a test reads answer with. */
interface Answers {
  readonly AllocateAddress: sdk.AllocateAddressResult;
  readonly AssociateAddress: sdk.AssociateAddressResult;
  readonly AssociateIamInstanceProfile: sdk.AssociateIamInstanceProfileResult;
  readonly AssociateRouteTable: sdk.AssociateRouteTableResult;
  readonly AuthorizeSecurityGroupIngress: sdk.AuthorizeSecurityGroupIngressResult;
  readonly CreateInternetGateway: sdk.CreateInternetGatewayResult;
  readonly CreateNatGateway: sdk.CreateNatGatewayResult;
  readonly CreateRouteTable: sdk.CreateRouteTableResult;
  readonly CreateSecurityGroup: sdk.CreateSecurityGroupResult;
  readonly CreateSubnet: sdk.CreateSubnetResult;
  readonly CreateVpc: sdk.CreateVpcResult;
  readonly DescribeAddresses: sdk.DescribeAddressesResult;
  readonly DescribeAvailabilityZones: sdk.DescribeAvailabilityZonesResult;
  readonly DescribeIamInstanceProfileAssociations: sdk.DescribeIamInstanceProfileAssociationsResult;
  readonly DescribeImages: sdk.DescribeImagesResult;
  readonly DescribeInstanceTypeOfferings: sdk.DescribeInstanceTypeOfferingsResult;
  readonly DescribeInstanceTypes: sdk.DescribeInstanceTypesResult;
  readonly DescribeInstances: sdk.DescribeInstancesResult;
  readonly DescribeNetworkInterfaces: sdk.DescribeNetworkInterfacesResult;
  readonly DescribeInternetGateways: sdk.DescribeInternetGatewaysResult;
  readonly DescribeKeyPairs: sdk.DescribeKeyPairsResult;
  readonly DescribeNatGateways: sdk.DescribeNatGatewaysResult;
  readonly DescribeRouteTables: sdk.DescribeRouteTablesResult;
  readonly DescribeSecurityGroupRules: sdk.DescribeSecurityGroupRulesResult;
  readonly DescribeSecurityGroups: sdk.DescribeSecurityGroupsResult;
  readonly DescribeSubnets: sdk.DescribeSubnetsResult;
  readonly DescribeTags: sdk.DescribeTagsResult;
  readonly DescribeVolumes: sdk.DescribeVolumesResult;
  readonly DescribeVpcAttribute: sdk.DescribeVpcAttributeResult;
  readonly DescribeVpcs: sdk.DescribeVpcsResult;
  readonly DisassociateIamInstanceProfile: sdk.DisassociateIamInstanceProfileResult;
  readonly GetConsoleOutput: sdk.GetConsoleOutputResult;
  readonly ImportKeyPair: sdk.ImportKeyPairResult;
  readonly ReplaceIamInstanceProfileAssociation: sdk.ReplaceIamInstanceProfileAssociationResult;
  readonly RunInstances: sdk.Reservation;
  readonly TerminateInstances: sdk.TerminateInstancesResult;
}

export type Ec2Answer<Operation extends string> = Operation extends keyof Answers ? Answers[Operation] : object;
