import {
  AssociateIamInstanceProfileCommand,
  DeleteSubnetCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  DisassociateIamInstanceProfileCommand,
  type IamInstanceProfileAssociation,
  ModifyInstanceAttributeCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { makeProfile } from '../iam/scenery.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import {
  BOOT_MS,
  ended,
  look,
  machine,
  makeGroup,
  makePlace,
  makeVpc,
  NOWHERE,
  running,
  terminate,
} from './scenery.ts';

const ends = factsOf('ec2', {
  'machine-terminated-shown': {
    fact: 'A terminated machine is still described, as terminated.',
    source: docs('AWSEC2/latest/UserGuide/terminating-instances.html'),
    run: async (aws, judge) => (await look(aws, await ended(aws, judge)))?.State?.Name,
    holds: 'terminated',
  },
  'machine-terminated-listed': {
    fact: 'A terminated machine is still found by its tag or type, among those that are not.',
    source: docs('AWSEC2/latest/UserGuide/terminating-instances.html'),
    run: async (aws, judge) => {
      const id = await ended(aws, judge);
      const Filters = [{ Name: 'instance-id', Values: [id] }];
      const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ Filters }));
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    },
    holds: ['terminated'],
  },
  'machine-terminated-reason': {
    fact: 'Who ended a machine is told by its StateReason: Client.UserInitiatedShutdown.',
    source: ec2Api('StateReason'),
    run: async (aws, judge) => (await look(aws, await ended(aws, judge)))?.StateReason?.Code,
    holds: 'Client.UserInitiatedShutdown',
  },
  'machine-terminated-bare': {
    fact: 'A terminated machine has no network, groups or disks any more.',
    source: docs('AWSEC2/latest/UserGuide/terminating-instances.html'),
    run: async (aws, judge) => {
      const seen = await look(aws, await ended(aws, judge));
      const { SubnetId, PrivateIpAddress, SecurityGroups, BlockDeviceMappings } = seen ?? {};
      const isPlaced = SubnetId !== undefined || PrivateIpAddress !== undefined;
      return { isPlaced, groups: SecurityGroups?.length, disks: BlockDeviceMappings?.length };
    },
    holds: { isPlaced: false, groups: 0, disks: 0 },
  },
  'machine-terminated-keeps-name': {
    fact: 'A terminated machine still has its client token and launch index.',
    source: ec2Api('Instance'),
    run: async (aws, judge) => {
      const seen = await look(aws, await ended(aws, judge));
      return [seen?.ClientToken, seen?.AmiLaunchIndex];
    },
    holds: ['launch-of-a-fact', 0],
  },
  'machine-terminated-again': {
    fact: 'Terminating a terminated machine succeeds.',
    source: EC2_IDEMPOTENCY,
    run: async (aws, judge) => terminate(aws, await ended(aws, judge)),
    holds: 'accepted',
  },
  'machine-missing': {
    fact: 'A machine that is not there is InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => terminate(aws, `i-${NOWHERE}`),
    holds: 'InvalidInstanceID.NotFound 400',
  },
  'machine-missing-all': {
    fact: 'One id that is not there, and none is terminated.',
    source: ec2Api('TerminateInstances'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      const refusal = await terminate(aws, id, `i-${NOWHERE}`);
      await judge.pass(BOOT_MS);
      return [refusal, (await look(aws, id))?.State?.Name];
    },
    holds: ['InvalidInstanceID.NotFound 400', 'running'],
  },
  'machine-disks-go': {
    fact: 'The disks of a terminated machine are gone, if they were to go with it.',
    source: docs('AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      const disk = (await look(aws, id))?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
      await terminate(aws, id);
      await judge.pass(BOOT_MS);
      const Filters = [{ Name: 'volume-id', Values: [disk] }];
      return (await aws.ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes;
    },
    holds: [],
  },
  'machine-keeps-subnet': {
    fact: 'A subnet with a machine is DependencyViolation, and deleted when that is terminated.',
    source: ec2Api('DeleteSubnet'),
    run: async (aws, judge) => {
      const { subnetId: SubnetId } = await makePlace(aws);
      const id = await running(aws, judge, SubnetId);
      const remove = () => refusalOf(aws.ec2.send(new DeleteSubnetCommand({ SubnetId })));
      const before = await remove();
      await terminate(aws, id);
      await judge.pass(BOOT_MS);
      return [before, await remove()];
    },
    holds: ['DependencyViolation 400', 'accepted'],
  },
  'machine-groups': {
    fact: 'The groups of a machine are replaced as a whole.',
    source: ec2Api('ModifyInstanceAttribute'),
    run: async (aws, judge) => {
      const { vpcId, subnetId } = await makePlace(aws);
      const [first, second] = [await makeGroup(aws, vpcId, 'first'), await makeGroup(aws, vpcId, 'second')];
      const InstanceId = await running(aws, judge, subnetId, { SecurityGroupIds: [first] });
      await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, Groups: [second] }));
      return (await look(aws, InstanceId))?.SecurityGroups?.map(({ GroupId }) => GroupId === second);
    },
    holds: [true],
  },
  'machine-groups-missing': {
    fact: 'A machine gets no group that is not there: InvalidGroup.NotFound.',
    source: EC2_ERRORS,
    run: async (aws, judge) => {
      const asked = { InstanceId: await machine(aws, judge), Groups: [`sg-${NOWHERE}`] };
      return refusalOf(aws.ec2.send(new ModifyInstanceAttributeCommand(asked)));
    },
    holds: 'InvalidGroup.NotFound 400',
  },
  'machine-groups-of-missing': {
    fact: 'The groups of a machine that is not there are InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const Groups = [await makeGroup(aws, await makeVpc(aws))];
      const asked = { InstanceId: `i-${NOWHERE}`, Groups };
      return refusalOf(aws.ec2.send(new ModifyInstanceAttributeCommand(asked)));
    },
    holds: 'InvalidInstanceID.NotFound 400',
  },
});

async function associate(aws: AwsClients, InstanceId: string, Name: string): Promise<IamInstanceProfileAssociation> {
  const asked = { InstanceId, IamInstanceProfile: { Name } };
  const { IamInstanceProfileAssociation: made } = await aws.ec2.send(new AssociateIamInstanceProfileCommand(asked));
  return made ?? {};
}

async function associationOf({ ec2 }: AwsClients, id: string): Promise<IamInstanceProfileAssociation | undefined> {
  const Filters = [
    { Name: 'instance-id', Values: [id] },
    { Name: 'state', Values: ['associating', 'associated'] },
  ];
  const answer = await ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
  return answer.IamInstanceProfileAssociations?.[0];
}

const profiles = factsOf('ec2', {
  'profile-associated': {
    fact: 'A running machine is given a profile, and soon is associated with it, by the id of the profile.',
    source: ec2Api('AssociateIamInstanceProfile'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      const profileId = await makeProfile(aws, 'workers');
      await associate(aws, id, 'workers');
      await judge.pass(10_000);
      const found = await associationOf(aws, id);
      return [found?.State, found?.IamInstanceProfile?.Id === profileId];
    },
    holds: ['associated', true],
  },
  'profile-none': {
    fact: 'A machine without a profile has no association.',
    source: ec2Api('DescribeIamInstanceProfileAssociations'),
    run: async (aws, judge) => associationOf(aws, await machine(aws, judge)),
    holds: undefined,
  },
  'profile-second': {
    fact: 'A machine has one association: another is IncorrectState.',
    source: issue('aws-samples/aws-cloud9-bootstrapping-example#5'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      await makeProfile(aws, 'workers');
      await associate(aws, id, 'workers');
      return refusalOf(associate(aws, id, 'workers'));
    },
    holds: 'IncorrectState 400',
  },
  'profile-unknown': {
    fact: 'A profile that EC2 does not know (yet) is InvalidParameterValue for an association too.',
    source: issue('hashicorp/terraform#15341'),
    run: async (aws, judge) => refusalOf(associate(aws, await machine(aws, judge), 'nobody')),
    holds: 'InvalidParameterValue 400',
  },
  'profile-of-missing': {
    fact: 'A machine that is not there is given no profile: InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      return refusalOf(associate(aws, `i-${NOWHERE}`, 'workers'));
    },
    holds: 'InvalidInstanceID.NotFound 400',
  },
  'profile-replaced': {
    fact: 'A replacement is an association with an id of its own, and leads to the other profile.',
    source: ec2Api('ReplaceIamInstanceProfileAssociation'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      await makeProfile(aws, 'workers');
      const { AssociationId } = await associate(aws, id, 'workers');
      const other = await makeProfile(aws, 'storage');
      const asked = { AssociationId, IamInstanceProfile: { Name: 'storage' } };
      await aws.ec2.send(new ReplaceIamInstanceProfileAssociationCommand(asked));
      const found = await associationOf(aws, id);
      return [found?.AssociationId === AssociationId, found?.IamInstanceProfile?.Id === other];
    },
    holds: [false, true],
  },
  'profile-replaced-missing': {
    fact: 'An association that is not there is not replaced: InvalidAssociationID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      const asked = { AssociationId: `iip-assoc-${NOWHERE}`, IamInstanceProfile: { Name: 'workers' } };
      return refusalOf(aws.ec2.send(new ReplaceIamInstanceProfileAssociationCommand(asked)));
    },
    holds: 'InvalidAssociationID.NotFound 400',
  },
  'profile-taken': {
    fact: 'An association is ended once; then the machine has none, and takes another.',
    source: ec2Api('DisassociateIamInstanceProfile'),
    run: async (aws, judge) => {
      const id = await machine(aws, judge);
      await makeProfile(aws, 'workers');
      const { AssociationId } = await associate(aws, id, 'workers');
      const end = () => refusalOf(aws.ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId })));
      const ending = [await end(), await associationOf(aws, id), await end()];
      return [...ending, await refusalOf(associate(aws, id, 'workers'))];
    },
    holds: ['accepted', undefined, 'InvalidAssociationID.NotFound 400', 'accepted'],
  },
  'profile-at-launch': {
    fact: 'A machine that is launched with a profile has an association from then on.',
    source: ec2Api('DescribeIamInstanceProfileAssociations'),
    run: async (aws, judge) => {
      const profileId = await makeProfile(aws, 'workers');
      const { subnetId } = await makePlace(aws);
      const id = await running(aws, judge, subnetId, { IamInstanceProfile: { Name: 'workers' } });
      return (await associationOf(aws, id))?.IamInstanceProfile?.Id === profileId;
    },
    holds: true,
  },
});

export const machineFacts = [...ends, ...profiles];
