import type { Desk } from '../desk.ts';
import { type MachineState, stateAt } from '../machine-life.ts';
import type { Instance } from './instance.ts';
import { SECURITY_GROUPS } from './network-objects.ts';
import { shownTags } from './tagging.ts';

export const STATE_CODES: Readonly<Record<MachineState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** As EC2 describes it, as it was at a moment. */
export function shownInstance(instance: Instance, desk: Desk, atMs: number): object {
  const state = stateAt(instance, atMs);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType,
    Architecture: instance.architecture,
    AmiLaunchIndex: instance.launchIndex,
    ClientToken: instance.clientToken,
    KeyName: instance.keyName,
    LaunchTime: new Date(instance.launchedAtMs),
    State: { Code: STATE_CODES[state], Name: state },
    ...endOf(instance, state),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default', GroupName: '' },
    Monitoring: { State: 'disabled' },
    ...(instance.spotRequestId === undefined
      ? {}
      : { InstanceLifecycle: 'spot', SpotInstanceRequestId: instance.spotRequestId }),
    ...(state === 'terminated' ? UNPLUGGED : pluggedIn(instance, desk, state)),
    MetadataOptions: {
      State: state === 'pending' ? 'pending' : 'applied',
      HttpTokens: instance.metadata.tokens,
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
      HttpEndpoint: instance.metadata.endpoint,
      InstanceMetadataTags: instance.metadata.tags,
    },
    RootDeviceName: instance.rootDevice,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    EnaSupport: true,
    Tags: shownTags(instance.tags),
  };
}

/** A terminated instance has lost its disks, its network, its groups and its profile. */
const UNPLUGGED = {
  SecurityGroups: [],
  NetworkInterfaces: [],
  BlockDeviceMappings: [],
  PrivateDnsName: '',
  PublicDnsName: '',
};

function pluggedIn(instance: Instance, desk: Desk, state: MachineState): object {
  const ownIp = state === 'pending' || state === 'stopped' ? undefined : instance.publicIp;
  const publicIp = instance.elasticIp ?? ownIp;
  return {
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: `ip-${instance.privateIp.replaceAll('.', '-')}.${desk.region}.compute.internal`,
    PublicIpAddress: publicIp,
    PublicDnsName: '',
    SourceDestCheck: instance.sourceDestCheck,
    IamInstanceProfile: instance.profile && { Arn: instance.profile.arn, Id: instance.profile.id },
    SecurityGroups: instance.groupIds.map((id) => ({
      GroupId: id,
      GroupName: desk.truth(SECURITY_GROUPS).get(id)?.name,
    })),
    BlockDeviceMappings: instance.volumes.map(({ device, id, diesWithIt }) => ({
      DeviceName: device,
      Ebs: {
        VolumeId: id,
        Status: state === 'pending' ? 'attaching' : 'attached',
        AttachTime: new Date(instance.launchedAtMs),
        DeleteOnTermination: diesWithIt,
      },
    })),
  };
}

function endOf(instance: Instance, state: MachineState): object {
  if (state !== 'terminated' && state !== 'shutting-down') return { StateTransitionReason: '' };
  const { fate, terminatedAtMs } = instance;
  if (terminatedAtMs !== undefined) {
    return reason('Client.UserInitiatedShutdown', 'User initiated shutdown', `User initiated (${at(terminatedAtMs)})`);
  }
  const code = fate.is === 'stillborn' ? fate.reason : endByItself(instance);
  return reason(code, MESSAGES.get(code) ?? 'Internal error', 'Server initiated');
}

/** A spot instance that goes by itself is taken back. */
function endByItself({ spotRequestId }: Instance): string {
  return spotRequestId === undefined ? 'Server.InternalError' : 'Server.SpotInstanceTermination';
}

const MESSAGES = new Map([
  ['Client.InternalError', 'Client error on launch'],
  ['Server.InternalError', 'Internal error on launch'],
  ['Server.InsufficientInstanceCapacity', 'Insufficient capacity to satisfy the request'],
  ['Server.SpotInstanceTermination', 'Spot instance termination'],
]);

function reason(Code: string, message: string, transition: string): object {
  return { StateReason: { Code, Message: `${Code}: ${message}` }, StateTransitionReason: transition };
}

function at(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' GMT');
}
