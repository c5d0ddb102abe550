import { type _InstanceType, type BlockDeviceMapping, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CallError } from '#engine/call.ts';
import type { CreateContext } from '#engine/resource.ts';
import { lotTags, type UserTags } from '../tags.ts';
import type { InstanceInputs } from './instance.ts';
import { SPOT_MARKET } from './spot.ts';

/**
 * All machines of a lot, in the place and of the type that the variant names. Every member builds the same request, byte
 * for byte: EC2 refuses a token that comes with anything else.
 */
export function launchRequest(context: LaunchContext, inputs: InstanceInputs, userData: string): RunInstancesCommand {
  const { token, lot } = context;
  const Tags = lotTags(context, inputs.name);
  return new RunInstancesCommand({
    ClientToken: token,
    MinCount: lot.length,
    MaxCount: lot.length,
    ImageId: inputs.imageId,
    ...place(context, inputs),
    SecurityGroupIds: inputs.securityGroupIds.toSorted(),
    ...(inputs.keyName === undefined ? {} : { KeyName: inputs.keyName }),
    MetadataOptions: METADATA,
    ...(inputs.isSpot === true ? { InstanceMarketOptions: SPOT_MARKET } : {}),
    BlockDeviceMappings: disks(inputs),
    UserData: Buffer.from(userData).toString('base64'),
    TagSpecifications: [
      { ResourceType: 'instance', Tags },
      { ResourceType: 'volume', Tags },
    ],
  });
}

type LaunchContext = CreateContext & { readonly tags: UserTags | undefined };

/** One way to launch, as the engine names it while it tries them in turn. */
export function variantOf(zone: string, type: string): string {
  return `${zone}/${type}`;
}

/** What is on a machine may ask for its credentials, what it forwards for others may not. */
const METADATA = { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } as const;

function place({ variant }: CreateContext, { places, types }: InstanceInputs) {
  for (const { zone, subnetId: SubnetId } of places) {
    const InstanceType = types.find((type) => variantOf(zone, type) === variant);
    if (InstanceType !== undefined && isInstanceType(InstanceType)) return { SubnetId, InstanceType };
  }
  throw new CallError({
    outcome: 'rejected',
    reason: 'invalid',
    message: `A machine cannot be launched as ${variant}.`,
  });
}

/** The SDK lists the types of its day; AWS goes on making new ones. */
function isInstanceType(type: string): type is _InstanceType {
  return /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type);
}

export const DATA_DISKS_MAX = 20;
/** The names that EC2 leaves free on every kind of machine: /dev/sdf and on. */
const DATA_DISK_LETTERS = 'fghijklmnopqrstuvwxyz';

function disks({ rootDevice, systemDiskGiB, dataDisksGiB }: InstanceInputs): BlockDeviceMapping[] {
  const names = dataDeviceNames(dataDisksGiB);
  const dataDisks = dataDisksGiB.map((size, index) => disk(names[index] ?? '', size));
  return [disk(rootDevice, systemDiskGiB), ...dataDisks];
}

export function dataDeviceNames(dataDisksGiB: readonly number[]): readonly string[] {
  return dataDisksGiB.map((_size, index) => `/dev/sd${DATA_DISK_LETTERS.charAt(index)}`);
}

function disk(DeviceName: string, VolumeSize: number): BlockDeviceMapping {
  return { DeviceName, Ebs: { VolumeSize, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } };
}
