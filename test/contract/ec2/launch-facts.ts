import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import {
  BOOT_MS,
  idsOf,
  launch,
  launchOf,
  look,
  makeGroup,
  makePlace,
  makeSubnet,
  makeVpc,
  NOWHERE,
  running,
  tagged,
  ZONE,
} from './scenery.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;
type Launch = Partial<RunInstancesCommandInput>;

async function refusalOfLaunch(aws: Ec2, extra: Launch): Promise<string> {
  const { subnetId } = await makePlace(aws);
  return refusalOf(aws.ec2.send(await launchOf(aws, subnetId, extra)));
}

const THREE = { MinCount: 3, MaxCount: 3 };

const made = factsOf('ec2', {
  'launch-lot': {
    fact: 'The machines of a request are one reservation, with the launch indexes 0, 1, 2 and the token of the request.',
    source: ec2Api('RunInstances'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const machines = await launch(aws, subnetId, THREE);
      return machines.map(({ AmiLaunchIndex, ClientToken }) => [AmiLaunchIndex, ClientToken]);
    },
    holds: [
      [0, 'launch-of-a-fact'],
      [1, 'launch-of-a-fact'],
      [2, 'launch-of-a-fact'],
    ],
  },
  'launch-answer': {
    fact: 'The answer has what a machine is known by: id, zone, type, image, private address, groups.',
    source: ec2Api('Instance'),
    run: async (aws) => {
      const { vpcId, subnetId } = await makePlace(aws);
      const group = await makeGroup(aws, vpcId);
      const [machine = {}] = await launch(aws, subnetId, { SecurityGroupIds: [group] });
      const { InstanceId = '', PrivateIpAddress = '', SecurityGroups = [] } = machine;
      return {
        id: InstanceId.slice(0, 2),
        zone: machine.Placement?.AvailabilityZone,
        type: machine.InstanceType,
        address: PrivateIpAddress.startsWith('10.20.1.'),
        group: SecurityGroups.map(({ GroupId }) => GroupId === group),
        subnet: machine.SubnetId === subnetId,
        state: machine.State?.Name,
      };
    },
    holds: {
      id: 'i-',
      zone: ZONE,
      type: 'm7i.large',
      address: true,
      group: [true],
      subnet: true,
      state: 'pending',
    },
  },
  'launch-runs': {
    fact: 'A machine runs some seconds after its launch.',
    source: docs('AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html'),
    run: async (aws, judge) => {
      const { subnetId } = await makePlace(aws);
      return (await look(aws, await running(aws, judge, subnetId)))?.State?.Name;
    },
    holds: 'running',
  },
  'launch-tagged': {
    fact: 'Machines and disks are tagged in the launch, each kind with its own tags.',
    source: ec2Api('TagSpecification'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const TagSpecifications = [
        ...tagged('instance', { 'bootstrap:cluster': 'c1', Name: 'machine' }),
        ...tagged('volume', { 'bootstrap:cluster': 'c1', Name: 'disk' }),
      ];
      await launch(aws, subnetId, { TagSpecifications });
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ Filters }));
      const { Volumes = [] } = await aws.ec2.send(new DescribeVolumesCommand({ Filters }));
      const nameOf = ({ Tags }: Pick<Instance, 'Tags'>) => Tags?.find(({ Key }) => Key === 'Name')?.Value;
      return [Reservations.flatMap(({ Instances = [] }) => Instances.map(nameOf)), Volumes.map(nameOf)];
    },
    holds: [['machine'], ['disk']],
  },
  'launch-disks': {
    fact: 'A launch makes the disk of the image as it is told to, and those it adds; encrypted as asked.',
    source: docs('AWSEC2/latest/UserGuide/block-device-mapping-concepts.html'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const disk = (DeviceName: string, VolumeSize: number) => ({
        DeviceName,
        Ebs: { VolumeSize, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } as const,
      });
      const BlockDeviceMappings = [disk('/dev/xvda', 20), disk('/dev/sdf', 50)];
      const [id = ''] = idsOf(await launch(aws, subnetId, { BlockDeviceMappings }));
      const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
      const { Volumes = [] } = await aws.ec2.send(new DescribeVolumesCommand({ Filters }));
      return Volumes.map(({ Size, VolumeType, Encrypted }) => `${Size} ${VolumeType} ${Encrypted}`).toSorted();
    },
    holds: ['20 gp3 true', '50 gp3 true'],
  },
  'launch-public-address': {
    fact: 'A public address that the request asks for is shown once the machine runs.',
    source: docs('AWSEC2/latest/UserGuide/using-instance-addressing.html'),
    run: async (aws, judge) => {
      const { vpcId, subnetId } = await makePlace(aws);
      const Groups = [await makeGroup(aws, vpcId)];
      const card = { DeviceIndex: 0, SubnetId: subnetId, Groups, AssociatePublicIpAddress: true };
      const ImageId = (await launchOf(aws, subnetId)).input.ImageId;
      const size = { ImageId, InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;
      const asked = { ...size, NetworkInterfaces: [card] };
      const id = await running(aws, judge, '', { ...asked, SubnetId: undefined });
      return typeof (await look(aws, id))?.PublicIpAddress;
    },
    holds: 'string',
  },
  'launch-no-address': {
    fact: 'In a subnet that gives none, a machine has no public address.',
    source: docs('AWSEC2/latest/UserGuide/using-instance-addressing.html'),
    run: async (aws, judge) => {
      const { subnetId } = await makePlace(aws);
      return (await look(aws, await running(aws, judge, subnetId)))?.PublicIpAddress;
    },
    holds: undefined,
  },
  'launch-metadata': {
    fact: 'A machine asks for a session token in its metadata service, if the launch says so.',
    source: ec2Api('InstanceMetadataOptionsRequest'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const MetadataOptions = { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } as const;
      const [machine] = await launch(aws, subnetId, { MetadataOptions });
      const { HttpTokens, HttpPutResponseHopLimit } = machine?.MetadataOptions ?? {};
      return [HttpTokens, HttpPutResponseHopLimit];
    },
    holds: ['required', 1],
  },
});

const tokens = factsOf('ec2', {
  'token-repeated': {
    fact: 'The same token and parameters: the machines of the first time, and no others.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const first = idsOf(await launch(aws, subnetId));
      const second = idsOf(await launch(aws, subnetId));
      return first[0] === second[0];
    },
    holds: true,
  },
  'token-mismatch': {
    fact: 'The same token with other parameters is IdempotentParameterMismatch.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      await launch(aws, subnetId);
      return refusalOf(aws.ec2.send(await launchOf(aws, subnetId, { InstanceType: 'm7i.xlarge' })));
    },
    holds: 'IdempotentParameterMismatch 400',
  },
  'token-terminated': {
    fact: 'A token whose machines are terminated is IdempotentInstanceTerminated.',
    source: issue('boto/boto3#4406'),
    run: async (aws, judge) => {
      const { subnetId } = await makePlace(aws);
      const InstanceIds = idsOf(await launch(aws, subnetId));
      await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
      await judge.pass(BOOT_MS);
      return refusalOf(aws.ec2.send(await launchOf(aws, subnetId)));
    },
    holds: 'IdempotentInstanceTerminated 400',
  },
  'token-filter': {
    fact: 'Machines are found by the filter client-token.',
    source: ec2Api('DescribeInstances'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const ids = idsOf(await launch(aws, subnetId, THREE));
      const Filters = [{ Name: 'client-token', Values: ['launch-of-a-fact'] }];
      const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ Filters }));
      const found = Reservations.flatMap(({ Instances = [] }) => idsOf(Instances));
      return found.length === ids.length && found.every((id) => ids.includes(id));
    },
    holds: true,
  },
  'token-too-long': {
    fact: 'A token has 64 characters at most.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const refusal = await refusalOfLaunch(aws, { ClientToken: 'x'.repeat(65) });
      return refusal === 'accepted' ? refusal : 'refused';
    },
    holds: 'refused',
  },
  'token-unused': {
    fact: 'A launch that was refused has not used its token.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const wrong = await launchOf(aws, subnetId, { ImageId: `ami-${NOWHERE}` });
      return [await refusalOf(aws.ec2.send(wrong)), (await launch(aws, subnetId)).length];
    },
    holds: ['InvalidAMIID.NotFound 400', 1],
  },
});

const refused = factsOf('ec2', {
  'launch-missing-image': {
    fact: 'An image that is not there is InvalidAMIID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => refusalOfLaunch(aws, { ImageId: `ami-${NOWHERE}` }),
    holds: 'InvalidAMIID.NotFound 400',
  },
  'launch-missing-subnet': {
    fact: 'A subnet that is not there is InvalidSubnetID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => refusalOfLaunch(aws, { SubnetId: `subnet-${NOWHERE}` }),
    holds: 'InvalidSubnetID.NotFound 400',
  },
  'launch-missing-group': {
    fact: 'A group that is not there is InvalidGroup.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => refusalOfLaunch(aws, { SecurityGroupIds: [`sg-${NOWHERE}`] }),
    holds: 'InvalidGroup.NotFound 400',
  },
  'launch-missing-key': {
    fact: 'A key that is not there is InvalidKeyPair.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => refusalOfLaunch(aws, { KeyName: 'nobody' }),
    holds: 'InvalidKeyPair.NotFound 400',
  },
  'launch-foreign-group': {
    fact: 'A group of another VPC is InvalidParameter.',
    source: EC2_ERRORS,
    run: async (aws) => refusalOfLaunch(aws, { SecurityGroupIds: [await makeGroup(aws, await makeVpc(aws))] }),
    holds: 'InvalidParameter 400',
  },
  'launch-unknown-type': {
    fact: 'A type that does not exist is InvalidParameterValue.',
    source: issue('getmoto/moto#1695'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const command = await launchOf(aws, subnetId);
      Object.assign(command.input, { InstanceType: 'm7i.nonesuch' });
      return refusalOf(aws.ec2.send(command));
    },
    holds: 'InvalidParameterValue 400',
  },
  'launch-wrong-architecture': {
    fact: 'A type of another architecture than the image is InvalidParameterValue.',
    source: issue('skypilot-org/skypilot#6315'),
    run: (aws) => refusalOfLaunch(aws, { InstanceType: 'm7g.large' }),
    holds: 'InvalidParameterValue 400',
  },
  'launch-user-data': {
    fact: 'User-data of more than 16 KB is InvalidParameterValue.',
    source: docs('AWSEC2/latest/UserGuide/instancedata-add-user-data.html'),
    run: (aws) => refusalOfLaunch(aws, { UserData: Buffer.alloc(16_385, 'x').toString('base64') }),
    holds: 'InvalidParameterValue 400',
  },
  'launch-unknown-profile': {
    fact: 'A profile that EC2 does not know (yet) is InvalidParameterValue.',
    source: issue('hashicorp/terraform#15341'),
    run: (aws) => refusalOfLaunch(aws, { IamInstanceProfile: { Name: 'nobody' } }),
    holds: 'InvalidParameterValue 400',
  },
  'launch-full-subnet': {
    fact: 'A subnet without free addresses is InsufficientFreeAddressesInSubnet.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const subnetId = await makeSubnet(aws, await makeVpc(aws), '10.20.1.0/28');
      const twelve = await launchOf(aws, subnetId, { MinCount: 12, MaxCount: 12 });
      return refusalOf(aws.ec2.send(twelve));
    },
    holds: 'InsufficientFreeAddressesInSubnet 400',
  },
  'launch-tags-group': {
    fact: 'A launch tags nothing that it does not make: InvalidParameterValue.',
    source: ec2Api('TagSpecification'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const TagSpecifications = tagged('vpc', { Name: 'x' });
      return refusalOf(aws.ec2.send(await launchOf(aws, subnetId, { TagSpecifications })));
    },
    holds: 'InvalidParameterValue 400',
  },
});

export const launchFacts = [...made, ...tokens, ...refused];
