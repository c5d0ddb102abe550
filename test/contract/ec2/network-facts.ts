import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import { makeGateway, makeGroup, makeSubnet, makeTable, makeVpc, NOWHERE, tagged, ZONE } from './scenery.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;

async function deleteVpc({ ec2 }: Ec2, VpcId: string): Promise<string> {
  return refusalOf(ec2.send(new DeleteVpcCommand({ VpcId })));
}

async function subnetRefusal(aws: Ec2, VpcId: string, CidrBlock: string): Promise<string> {
  return refusalOf(aws.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: ZONE })));
}

const vpcs = factsOf('ec2', {
  'vpc-tagged': {
    fact: 'CreateVpc tags what it makes, and the tags are in the listing.',
    source: ec2Api('CreateVpc'),
    run: async ({ ec2 }) => {
      const TagSpecifications = tagged('vpc', { 'bootstrap:cluster': 'c1', Name: 'net' });
      const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16', TagSpecifications }));
      const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [Vpc?.VpcId ?? ''] }));
      return Vpcs?.[0]?.Tags?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted();
    },
    holds: ['Name=net', 'bootstrap:cluster=c1'],
  },
  'vpc-twice': {
    fact: 'CreateVpc has neither token nor name: sent twice, it makes two.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => (await makeVpc(aws)) === (await makeVpc(aws)),
    holds: false,
  },
  'vpc-range': {
    fact: 'A VPC has a /16 to /28, else InvalidVpc.Range.',
    source: EC2_ERRORS,
    run: async ({ ec2 }) => refusalOf(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/8' }))),
    holds: 'InvalidVpc.Range 400',
  },
  'vpc-missing': {
    fact: 'A VPC that is not there is InvalidVpcID.NotFound for a deletion.',
    source: EC2_ERRORS,
    run: (aws) => deleteVpc(aws, `vpc-${NOWHERE}`),
    holds: 'InvalidVpcID.NotFound 400',
  },
  'vpc-missing-described': {
    fact: 'An id that is not there fails the whole listing.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const VpcIds = [await makeVpc(aws), `vpc-${NOWHERE}`];
      return refusalOf(aws.ec2.send(new DescribeVpcsCommand({ VpcIds })));
    },
    holds: 'InvalidVpcID.NotFound 400',
  },
  'vpc-missing-filtered': {
    fact: 'A filter that nothing fits gives an empty listing.',
    source: ec2Api('DescribeVpcs'),
    run: async ({ ec2 }) => {
      const Filters = [{ Name: 'vpc-id', Values: [`vpc-${NOWHERE}`] }];
      return (await ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs;
    },
    holds: [],
  },
  'vpc-becomes-available': {
    fact: 'A VPC is available a moment after it was made.',
    source: ec2Api('Vpc'),
    run: async (aws, judge) => {
      const VpcIds = [await makeVpc(aws)];
      await judge.pass(10_000);
      return (await aws.ec2.send(new DescribeVpcsCommand({ VpcIds }))).Vpcs?.[0]?.State;
    },
    holds: 'available',
  },
  'vpc-attributes': {
    fact: 'A new VPC resolves names and gives none, until it is told to; each attribute is set and read by itself.',
    source: ec2Api('ModifyVpcAttribute'),
    run: async (aws) => {
      const VpcId = await makeVpc(aws);
      const read = async () => {
        const support = new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' });
        const names = new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' });
        const { EnableDnsSupport } = await aws.ec2.send(support);
        return [EnableDnsSupport?.Value, (await aws.ec2.send(names)).EnableDnsHostnames?.Value];
      };
      const before = await read();
      await aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
      return { before, after: await read() };
    },
    holds: { before: [true, false], after: [true, true] },
  },
  'vpc-attributes-missing': {
    fact: 'The attributes of a VPC that is not there are InvalidVpcID.NotFound.',
    source: EC2_ERRORS,
    run: ({ ec2 }) => {
      const asked = { VpcId: `vpc-${NOWHERE}`, Attribute: 'enableDnsSupport' } as const;
      return refusalOf(ec2.send(new DescribeVpcAttributeCommand(asked)));
    },
    holds: 'InvalidVpcID.NotFound 400',
  },
  'vpc-with-subnet': {
    fact: 'A VPC with a subnet cannot be deleted: DependencyViolation.',
    source: ec2Api('DeleteVpc'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      await makeSubnet(aws, vpcId);
      return deleteVpc(aws, vpcId);
    },
    holds: 'DependencyViolation 400',
  },
  'vpc-with-gateway': {
    fact: 'A VPC with an internet gateway cannot be deleted: DependencyViolation.',
    source: issue('gruntwork-io/cloud-nuke#345'),
    run: async (aws) => {
      const VpcId = await makeVpc(aws);
      const InternetGatewayId = await makeGateway(aws);
      await aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
      return deleteVpc(aws, VpcId);
    },
    holds: 'DependencyViolation 400',
  },
  'vpc-with-group': {
    fact: 'A VPC with a security group besides its default one cannot be deleted: DependencyViolation.',
    source: ec2Api('DeleteVpc'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      await makeGroup(aws, vpcId);
      return deleteVpc(aws, vpcId);
    },
    holds: 'DependencyViolation 400',
  },
  'vpc-with-table': {
    fact: 'A VPC with a route table besides its main one cannot be deleted: DependencyViolation.',
    source: ec2Api('DeleteVpc'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      await makeTable(aws, vpcId);
      return deleteVpc(aws, vpcId);
    },
    holds: 'DependencyViolation 400',
  },
  'vpc-deleted': {
    fact: 'A VPC with nothing but its main table and default group is deleted, and then not found.',
    source: ec2Api('DeleteVpc'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      return [await deleteVpc(aws, vpcId), await deleteVpc(aws, vpcId)];
    },
    holds: ['accepted', 'InvalidVpcID.NotFound 400'],
  },
  'vpc-other-region': {
    fact: 'What is in a region is not seen from another.',
    source: docs('AWSEC2/latest/UserGuide/using-regions-availability-zones.html'),
    run: async (aws, judge) => {
      const VpcIds = [await makeVpc(aws)];
      return refusalOf(judge.in('eu-west-1').ec2.send(new DescribeVpcsCommand({ VpcIds })));
    },
    holds: 'InvalidVpcID.NotFound 400',
  },
});

const subnets = factsOf('ec2', {
  'subnet-made': {
    fact: 'A subnet is of its VPC, zone and block, and gives no public addresses.',
    source: ec2Api('CreateSubnet'),
    run: async ({ ec2 }) => {
      const VpcId = await makeVpc({ ec2 });
      const asked = { VpcId, CidrBlock: '10.20.1.0/24', AvailabilityZone: ZONE };
      const { Subnet } = await ec2.send(new CreateSubnetCommand(asked));
      const { CidrBlock, AvailabilityZone, MapPublicIpOnLaunch } = Subnet ?? {};
      return { isOfVpc: Subnet?.VpcId === VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch };
    },
    holds: { isOfVpc: true, CidrBlock: '10.20.1.0/24', AvailabilityZone: ZONE, MapPublicIpOnLaunch: false },
  },
  'subnet-tagged': {
    fact: 'A subnet is found by a tag that it got in its create call.',
    source: ec2Api('CreateSubnet'),
    run: async ({ ec2 }) => {
      const place = { VpcId: await makeVpc({ ec2 }), CidrBlock: '10.20.1.0/24', AvailabilityZone: ZONE };
      const TagSpecifications = tagged('subnet', { 'bootstrap:cluster': 'c1' });
      await ec2.send(new CreateSubnetCommand({ ...place, TagSpecifications }));
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
      return Subnets?.map(({ CidrBlock, Tags }) => [CidrBlock, Tags]);
    },
    holds: [['10.20.1.0/24', [{ Key: 'bootstrap:cluster', Value: 'c1' }]]],
  },
  'subnet-five-less': {
    fact: 'A subnet has five addresses less than its block.',
    source: docs('vpc/latest/userguide/subnet-sizing.html'),
    run: async (aws) => {
      const SubnetIds = [await makeSubnet(aws, await makeVpc(aws))];
      const { Subnets } = await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
      return Subnets?.[0]?.AvailableIpAddressCount;
    },
    holds: 251,
  },
  'subnet-conflict': {
    fact: 'A block that overlaps another subnet of the VPC is InvalidSubnet.Conflict.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      await makeSubnet(aws, vpcId, '10.20.0.0/20');
      return subnetRefusal(aws, vpcId, '10.20.1.0/24');
    },
    holds: 'InvalidSubnet.Conflict 400',
  },
  'subnet-outside': {
    fact: 'A block outside the VPC is InvalidSubnet.Range.',
    source: EC2_ERRORS,
    run: async (aws) => subnetRefusal(aws, await makeVpc(aws), '10.99.0.0/24'),
    holds: 'InvalidSubnet.Range 400',
  },
  'subnet-zone': {
    fact: 'A zone of another region is InvalidParameterValue.',
    source: issue('TheSudoYT/terraform-aws-palworld#9'),
    run: async (aws) => {
      const place = { VpcId: await makeVpc(aws), AvailabilityZone: 'us-east-1a' };
      return refusalOf(aws.ec2.send(new CreateSubnetCommand({ ...place, CidrBlock: '10.20.1.0/24' })));
    },
    holds: 'InvalidParameterValue 400',
  },
  'subnet-in-no-vpc': {
    fact: 'A subnet of a VPC that is not there is InvalidVpcID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => subnetRefusal(aws, `vpc-${NOWHERE}`, '10.20.1.0/24'),
    holds: 'InvalidVpcID.NotFound 400',
  },
  'subnet-maps-addresses': {
    fact: 'A subnet gives public addresses from when it is told to.',
    source: ec2Api('ModifySubnetAttribute'),
    run: async (aws) => {
      const SubnetId = await makeSubnet(aws, await makeVpc(aws));
      await aws.ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
      const { Subnets } = await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
      return Subnets?.[0]?.MapPublicIpOnLaunch;
    },
    holds: true,
  },
  'subnet-by-vpc': {
    fact: 'The filter vpc-id gives the subnets of that VPC alone.',
    source: ec2Api('DescribeSubnets'),
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      const subnetId = await makeSubnet(aws, vpcId);
      await makeSubnet(aws, await makeVpc(aws));
      const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
      const { Subnets = [] } = await aws.ec2.send(new DescribeSubnetsCommand({ Filters }));
      return Subnets.map(({ SubnetId }) => SubnetId === subnetId);
    },
    holds: [true],
  },
  'subnet-missing': {
    fact: 'A subnet that is not there is InvalidSubnetID.NotFound.',
    source: EC2_ERRORS,
    run: ({ ec2 }) => refusalOf(ec2.send(new DeleteSubnetCommand({ SubnetId: `subnet-${NOWHERE}` }))),
    holds: 'InvalidSubnetID.NotFound 400',
  },
});

async function attached(aws: Ec2): Promise<{ readonly InternetGatewayId: string; readonly VpcId: string }> {
  const place = { InternetGatewayId: await makeGateway(aws), VpcId: await makeVpc(aws) };
  await aws.ec2.send(new AttachInternetGatewayCommand(place));
  return place;
}

const gateways = factsOf('ec2', {
  'gateway-twice': {
    fact: 'CreateInternetGateway has neither token nor name: sent twice, it makes two.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => (await makeGateway(aws)) === (await makeGateway(aws)),
    holds: false,
  },
  'gateway-tagged': {
    fact: 'A gateway is found by a tag that it got in its create call.',
    source: ec2Api('CreateInternetGateway'),
    run: async ({ ec2 }) => {
      const TagSpecifications = tagged('internet-gateway', { 'bootstrap:cluster': 'c1' });
      const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({ TagSpecifications }));
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters }));
      return InternetGateways?.map((seen) => seen.InternetGatewayId === InternetGateway?.InternetGatewayId);
    },
    holds: [true],
  },
  'gateway-attached': {
    fact: 'An attached gateway says so with the state "available", although the model has no such state.',
    source: issue('k1LoW/awspec#253'),
    run: async (aws) => {
      const { InternetGatewayId, VpcId } = await attached(aws);
      const asked = { InternetGatewayIds: [InternetGatewayId] };
      const { InternetGateways } = await aws.ec2.send(new DescribeInternetGatewaysCommand(asked));
      const attachments = InternetGateways?.[0]?.Attachments;
      return attachments?.map((attachment) => [attachment.State, attachment.VpcId === VpcId]);
    },
    holds: [['available', true]],
  },
  'gateway-attached-again': {
    fact: 'Attaching an attached gateway is Resource.AlreadyAssociated, even to the same VPC.',
    source: issue('berlioz-the/berlioz#1'),
    run: async (aws) => refusalOf(aws.ec2.send(new AttachInternetGatewayCommand(await attached(aws)))),
    holds: 'Resource.AlreadyAssociated 400',
  },
  'gateway-second': {
    fact: 'A VPC that has a gateway takes no other: InvalidParameterValue.',
    source: issue('binlab/terraform-aws-vault-ha-raft#54'),
    run: async (aws) => {
      const { VpcId } = await attached(aws);
      const InternetGatewayId = await makeGateway(aws);
      return refusalOf(aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId })));
    },
    holds: 'InvalidParameterValue 400',
  },
  'gateway-not-attached': {
    fact: 'Detaching what is not attached is Gateway.NotAttached.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const place = { InternetGatewayId: await makeGateway(aws), VpcId: await makeVpc(aws) };
      return refusalOf(aws.ec2.send(new DetachInternetGatewayCommand(place)));
    },
    holds: 'Gateway.NotAttached 400',
  },
  'gateway-attached-kept': {
    fact: 'A gateway is DependencyViolation while it is attached, and then deleted once.',
    source: ec2Api('DeleteInternetGateway'),
    run: async (aws) => {
      const place = await attached(aws);
      const { InternetGatewayId } = place;
      const remove = () => refusalOf(aws.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })));
      const before = await remove();
      await aws.ec2.send(new DetachInternetGatewayCommand(place));
      return [before, await remove(), await remove()];
    },
    holds: ['DependencyViolation 400', 'accepted', 'InvalidInternetGatewayID.NotFound 400'],
  },
  'gateway-attached-nowhere': {
    fact: 'A gateway is not attached to a VPC that is not there: InvalidVpcID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const place = { InternetGatewayId: await makeGateway(aws), VpcId: `vpc-${NOWHERE}` };
      return refusalOf(aws.ec2.send(new AttachInternetGatewayCommand(place)));
    },
    holds: 'InvalidVpcID.NotFound 400',
  },
});

export const networkFacts = [...vpcs, ...subnets, ...gateways];
