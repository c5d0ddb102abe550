import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { drawFate } from '../machine-fate.ts';
import { milestonesOf } from '../machine-life.ts';
import { addressText, parseCidr } from './cidr.ts';
import { madeBefore, rememberToken } from './client-tokens.ts';
import { type Instance, INSTANCES, isThere } from './instance.ts';
import { findInstanceType } from './instance-type.ts';
import { type LaunchPlan, planLaunch, zoneOf } from './launch-plan.ts';
import { type BlockDevice, LaunchRequest } from './launch-request.ts';
import { associate } from './profile-association.ts';
import { drawPublicAddresses } from './public-address.ts';
import { ec2Operation } from './request.ts';
import { shownInstance } from './shown-instance.ts';
import { RESERVED_ADDRESSES } from './subnet.ts';
import { tagsFor } from './tagging.ts';
import { type Volume, VOLUMES } from './volume.ts';

const LATENCY_MS = [900, 2_500] as const;

/** All that it launches, or nothing. */
export const runInstances = ec2Operation({
  name: 'RunInstances',
  latencyMs: LATENCY_MS,
  input: LaunchRequest,
  resources: ({ MaxCount }) => MaxCount,
  run: (asked, desk) => {
    const { ClientToken: token = desk.chance.uuid(), ...rest } = asked;
    const use = { operation: 'RunInstances', scope: zoneOf(asked, desk), token, request: rest };
    const madeIds = madeBefore(desk, use);
    if (madeIds !== undefined) return launchedBefore(madeIds, desk);
    const plan = planLaunch(asked, desk);
    const count = countFor(asked, plan, desk);
    const reservationId = desk.chance.ec2Id('r');
    const publicIps = plan.hasPublicIp ? drawPublicAddresses(count, desk) : [];
    const instances = privateAddresses(plan, count, desk).map((privateIp, launchIndex) => {
      const addresses = { privateIp, publicIp: publicIps[launchIndex] };
      const { instance, volumes } = build(asked, plan, { desk, token, reservationId, launchIndex, ...addresses });
      desk.put(INSTANCES, instance.id, instance);
      for (const volume of volumes) desk.put(VOLUMES, volume.id, volume);
      return instance;
    });
    rememberToken(
      desk,
      use,
      instances.map(({ id }) => id),
    );
    return shownReservation(instances, desk);
  },
});

/** A repeated request is answered with what it made, unless none of it is left. */
function launchedBefore(ids: readonly string[], desk: Desk): object {
  const instances = ids.flatMap((id) => desk.truth(INSTANCES).get(id) ?? []);
  if (instances.every((instance) => !isThere(instance, desk.nowMs))) {
    throw fault(
      'IdempotentInstanceTerminated',
      'The client token is associated with instances that are terminated; use another.',
    );
  }
  return shownReservation(instances, desk);
}

function shownReservation(instances: readonly Instance[], desk: Desk): object {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: desk.accountId,
    Groups: [],
    Instances: instances.map((instance) => shownInstance(instance, desk, desk.nowMs)),
  };
}

/** As many as there is room for, up to MaxCount; fewer than MinCount is a refusal. */
function countFor(asked: LaunchRequest, { type, subnet: { zone } }: LaunchPlan, desk: Desk): number {
  const { weather, chance } = desk;
  const isSpot = asked.InstanceMarketOptions !== undefined;
  const byQuota = Math.floor(freeVcpus(isSpot, desk) / type.vcpus);
  if (byQuota < asked.MinCount) throw quotaFault(isSpot, desk);
  refuseLowPrice(asked, type);
  const pools = [zone, type.name, `${zone}/${type.name}`];
  const own = isSpot ? [...pools, 'spot', ...pools.map((pool) => `spot/${pool}`)] : pools;
  if (own.some((pool) => weather.exhausted.includes(pool)) || chance.happens(weather.noCapacity)) {
    const words = `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested`;
    throw fault('InsufficientInstanceCapacity', `${words} (${zone}).`, 500);
  }
  return Math.min(asked.MaxCount, byQuota);
}

/** Spot instances have a quota of their own. */
function freeVcpus(isSpot: boolean, desk: Desk): number {
  const { weather, nowMs } = desk;
  const all = desk.truth(INSTANCES).all();
  const rivals = all.filter((one) => isThere(one, nowMs) && (one.spotRequestId !== undefined) === isSpot);
  const used = rivals.reduce((sum, { instanceType }) => sum + (findInstanceType(instanceType)?.vcpus ?? 0), 0);
  return (isSpot ? weather.quotas.spotVcpus : weather.quotas.vcpus) - used;
}

function quotaFault(isSpot: boolean, { weather }: Desk): AwsFault {
  if (isSpot) return fault('MaxSpotInstanceCountExceeded', 'Max spot instance count exceeded');
  const words = `You have requested more vCPU capacity than your current vCPU limit of ${weather.quotas.vcpus} allows`;
  return fault('VcpuLimitExceeded', `${words} for the instance bucket that the specified instance type belongs to.`);
}

/** In US dollars an hour for one vCPU: lower than any that is asked for in earnest. */
const SPOT_PRICE = 0.001;

function refuseLowPrice({ InstanceMarketOptions }: LaunchRequest, { vcpus }: LaunchPlan['type']): void {
  const asked = InstanceMarketOptions?.SpotOptions?.MaxPrice;
  const least = SPOT_PRICE * vcpus;
  if (asked === undefined || Number(asked) >= least) return;
  const words = `Your Spot request price of ${asked} is lower than the minimum required Spot request fulfillment price`;
  throw fault('SpotMaxPriceTooLow', `${words} of ${least}.`);
}

function privateAddresses({ subnet }: LaunchPlan, count: number, desk: Desk): readonly string[] {
  const { first, size } = parseCidr(subnet.cidr, 'cidrBlock');
  const guests = desk
    .truth(INSTANCES)
    .all()
    .filter(({ subnetId }) => subnetId === subnet.id);
  const taken = new Set(guests.filter((guest) => isThere(guest, desk.nowMs)).map(({ privateIp }) => privateIp));
  const free: string[] = [];
  for (let host = RESERVED_ADDRESSES - 1; host < size - 1 && free.length < count; host += 1) {
    const address = addressText(first + host);
    if (!taken.has(address)) free.push(address);
  }
  if (free.length === count) return free;
  throw fault('InsufficientFreeAddressesInSubnet', `Not enough free addresses in subnet ${subnet.id}`);
}

interface Member {
  readonly desk: Desk;
  readonly token: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly privateIp: string;
  readonly publicIp: string | undefined;
}

function build(asked: LaunchRequest, plan: LaunchPlan, member: Member) {
  const { image, type, subnet, groupIds, profile, stub } = plan;
  const { desk, token, reservationId, launchIndex, privateIp, publicIp } = member;
  const { chance, nowMs } = desk;
  const id = chance.ec2Id('i');
  const devices = devicesOf(asked, plan).map((device) => ({ ...device, id: chance.ec2Id('vol') }));
  const life = {
    box: id,
    stub,
    lifeSeed: chance.integer(2 ** 32),
    fate: drawFate(chance, desk.weather.machines),
  };
  const milestones = milestonesOf(life, { launchedAtMs: nowMs, roleSinceMs: profile && nowMs });
  const instance: Instance = {
    id,
    arn: `arn:aws:ec2:${desk.region}:${desk.accountId}:instance/${id}`,
    ...life,
    ...milestones,
    reservationId,
    clientToken: token,
    launchIndex,
    imageId: image.id,
    instanceType: type.name,
    architecture: type.architecture,
    zone: subnet.zone,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    groupIds,
    keyName: asked.KeyName,
    profile: profile && associate(profile, desk),
    privateIp,
    publicIp,
    sourceDestCheck: true,
    metadata: {
      tokens: asked.MetadataOptions?.HttpTokens ?? 'optional',
      hopLimit: asked.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
      endpoint: asked.MetadataOptions?.HttpEndpoint ?? 'enabled',
      tags: asked.MetadataOptions?.InstanceMetadataTags ?? 'disabled',
    },
    volumes: devices.map(({ DeviceName, Ebs, id: volumeId }) => ({
      device: DeviceName,
      id: volumeId,
      diesWithIt: Ebs.DeleteOnTermination ?? true,
    })),
    rootDevice: image.rootDevice,
    ...(asked.InstanceMarketOptions === undefined ? {} : { spotRequestId: `sir-${chance.hex(8)}` }),
    launchedAtMs: nowMs,
    tags: tagsFor(asked.TagSpecifications, TAGGED_TYPES, 'instance'),
  };
  const volumes = devices.map(({ DeviceName, Ebs, id: volumeId }): Volume => ({
    id: volumeId,
    zone: subnet.zone,
    sizeGiB: Ebs.VolumeSize ?? image.rootGiB,
    type: Ebs.VolumeType ?? 'gp3',
    encrypted: Ebs.Encrypted ?? false,
    instanceId: id,
    device: DeviceName,
    diesWithInstance: Ebs.DeleteOnTermination ?? true,
    createdAtMs: nowMs,
    detachedAtMs: milestones.endsAtMs,
    tags: tagsFor(asked.TagSpecifications, TAGGED_TYPES, 'volume'),
  }));
  return { instance, volumes };
}

const TAGGED_TYPES = ['instance', 'volume', 'network-interface'];

/** The image's own disk, as the request changes it, and those that the request adds. */
function devicesOf({ BlockDeviceMappings: asked = [] }: LaunchRequest, { image }: LaunchPlan): readonly BlockDevice[] {
  const names = asked.map(({ DeviceName }) => DeviceName);
  if (new Set(names).size < names.length) {
    throw fault('InvalidBlockDeviceMapping', 'A device name is given twice.');
  }
  for (const { DeviceName, Ebs } of asked) {
    if (DeviceName === image.rootDevice) refuseSmaller(Ebs.VolumeSize, image.rootGiB);
    else if (Ebs.VolumeSize === undefined) throw fault('InvalidBlockDeviceMapping', `${DeviceName} has no size.`);
  }
  return names.includes(image.rootDevice) ? asked : [{ DeviceName: image.rootDevice, Ebs: {} }, ...asked];
}

function refuseSmaller(sizeGiB: number | undefined, imageGiB: number): void {
  if (sizeGiB === undefined || sizeGiB >= imageGiB) return;
  throw fault(
    'InvalidBlockDeviceMapping',
    `Volume of size ${sizeGiB}GB is smaller than snapshot, expect size >= ${imageGiB}GB`,
  );
}
