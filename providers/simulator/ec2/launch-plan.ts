import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { InstanceProfile } from '../instance-profiles.ts';
import { findImage, type MachineImage } from './images.ts';
import { findInstanceType, type InstanceType, isOffered } from './instance-type.ts';
import type { LaunchRequest } from './launch-request.ts';
import { mustSee } from './listing.ts';
import {
  KEY_PAIRS,
  missingGroup,
  missingKeyPair,
  missingSubnet,
  SECURITY_GROUPS,
  type Subnet,
  SUBNETS,
} from './network-objects.ts';
import { usableProfile } from './usable-profile.ts';
import { zonesOf } from './zones.ts';

/** All that a launch refers to, found and fitting together. */
export interface LaunchPlan {
  readonly image: MachineImage;
  readonly type: InstanceType;
  readonly subnet: Subnet;
  readonly groupIds: readonly string[];
  readonly hasPublicIp: boolean;
  readonly profile: InstanceProfile | undefined;
  readonly stub: { readonly cluster: string; readonly bucket: string } | undefined;
}

/** Refuses a request that names what does not exist or does not fit. */
export function planLaunch(asked: LaunchRequest, desk: Desk): LaunchPlan {
  const { MinCount, MaxCount, KeyName } = asked;
  if (MinCount < 1 || MaxCount < MinCount) {
    throw fault('InvalidParameterValue', `Invalid value '${MinCount}' for MinCount: it is not between 1 and MaxCount.`);
  }
  const stub = stubIn(asked.UserData);
  const image = findImage(desk.region, asked.ImageId);
  if (image === undefined) throw fault('InvalidAMIID.NotFound', `The image id '[${asked.ImageId}]' does not exist`);
  if (image.state !== 'available')
    throw fault('InvalidAMIID.Unavailable', `The image id '[${image.id}]' is not available`);
  const type = findType(asked.InstanceType, image);
  const place = placeOf(asked, desk);
  const { zone } = place.subnet;
  if (!isOffered(type, zone, zonesOf(desk.region))) {
    const words = `Your requested instance type (${type.name}) is not supported in your requested Availability Zone`;
    throw fault('Unsupported', `${words} (${zone}).`);
  }
  if (KeyName !== undefined) mustSee(desk, KEY_PAIRS, { id: KeyName, missing: missingKeyPair });
  const { IamInstanceProfile } = asked;
  const profile = IamInstanceProfile && usableProfile(IamInstanceProfile, desk);
  return { image, type, ...place, profile, stub };
}

/** The zone in which a client token counts: the one that the request names. */
export function zoneOf({ SubnetId, NetworkInterfaces, Placement }: LaunchRequest, desk: Desk): string {
  const subnetId = SubnetId ?? NetworkInterfaces?.[0]?.SubnetId;
  const subnet = subnetId === undefined ? undefined : desk.truth(SUBNETS).get(subnetId);
  return subnet?.zone ?? Placement?.AvailabilityZone ?? '';
}

const USER_DATA_BYTES_MAX = 16_384;
/** Among the settings that cloud-init writes to a file: in the name of a host, or at its end. */
const MAILBOX = /^ *BUCKET=https?:\/\/(?:[^/\s]+\/)?(bootstrap-([a-z0-9]+))(?:\.\S+)?$/m;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What a machine will find in its user-data; where that names no mailbox it is silent. */
export function stubIn(encoded: string | undefined): LaunchPlan['stub'] {
  if (encoded === undefined) return undefined;
  if (!BASE64.test(encoded)) throw fault('InvalidParameterValue', 'Invalid BASE64 encoding of user data.');
  const userData = Buffer.from(encoded, 'base64');
  if (userData.length > USER_DATA_BYTES_MAX) {
    throw fault('InvalidParameterValue', `User data is limited to ${USER_DATA_BYTES_MAX} bytes`);
  }
  const [, bucket, cluster] = MAILBOX.exec(userData.toString()) ?? [];
  return bucket === undefined || cluster === undefined ? undefined : { cluster, bucket };
}

function findType(name: string, image: MachineImage): InstanceType {
  const type = findInstanceType(name);
  if (type === undefined) throw fault('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  if (type.architecture === image.architecture) return type;
  const words = `The architecture '${type.architecture}' of the specified instance type does not match the architecture`;
  throw fault('InvalidParameterValue', `${words} '${image.architecture}' of the specified AMI.`);
}

function placeOf(asked: LaunchRequest, desk: Desk): Pick<LaunchPlan, 'subnet' | 'groupIds' | 'hasPublicIp'> {
  const { SubnetId: id, Groups, AssociatePublicIpAddress } = cardOf(asked);
  if (id === undefined) {
    throw fault('VPCIdNotSpecified', 'No default VPC for this user. GroupName is only supported for a default VPC.');
  }
  const subnet = mustSee(desk, SUBNETS, { id, missing: missingSubnet });
  const zone = asked.Placement?.AvailabilityZone ?? subnet.zone;
  if (zone !== subnet.zone) {
    throw fault('InvalidParameterCombination', `The subnet ${id} is not in the availability zone ${zone}`);
  }
  return {
    subnet,
    groupIds: groupsIn(subnet, Groups, desk),
    hasPublicIp: AssociatePublicIpAddress ?? subnet.mapsPublicIp,
  };
}

/** The first network card, which a request describes in one of two places. */
function cardOf({ NetworkInterfaces, SubnetId, SecurityGroupIds: Groups }: LaunchRequest): NetworkCard {
  const [card] = NetworkInterfaces ?? [];
  if (card === undefined) return { SubnetId, Groups };
  if (SubnetId === undefined && Groups === undefined) return card;
  const words = 'Network interfaces and an instance-level subnet ID or security groups may not be specified together';
  throw fault('InvalidParameterCombination', words);
}

interface NetworkCard {
  readonly SubnetId?: string | undefined;
  readonly Groups?: readonly string[] | undefined;
  readonly AssociatePublicIpAddress?: boolean | undefined;
}

/** Without a group, the VPC's default group. */
function groupsIn(subnet: Subnet, asked: readonly string[] | undefined, desk: Desk): readonly string[] {
  if (asked === undefined || asked.length === 0) {
    const isOfVpc = (group: { readonly vpcId: string; readonly name: string }) =>
      group.vpcId === subnet.vpcId && group.name === 'default';
    const usual = desk.truth(SECURITY_GROUPS).find(isOfVpc);
    return usual === undefined ? [] : [usual.id];
  }
  return asked.map((id) => {
    const { vpcId } = mustSee(desk, SECURITY_GROUPS, { id, missing: missingGroup });
    if (vpcId === subnet.vpcId) return id;
    throw fault('InvalidParameter', `Security group ${id} and subnet ${subnet.id} belong to different networks.`);
  });
}
