import type { Volume } from '@aws-sdk/client-ec2';
import type { ListContext } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import { answered } from './answers.ts';
import { isAlive } from './ec2/machine-presence.ts';
import { isNatGatewayAlive } from './ec2/nat-gateway.ts';
import { markedElbObjects } from './elb/marked-balancers.ts';
import { markedIdentities } from './iam/marked-identities.ts';
import { markedKeyObjects } from './kms/marked-keys.ts';
import { markedZoneObjects } from './route53/zone.ts';
import { markedBucketObjects } from './s3/marked-buckets.ts';
import type { AwsSession } from './session.ts';

/** Everything that bears the cluster's mark, also what no record of ours could have made, such as a disk by itself. */
export async function markedObjects(aws: AwsSession, context: ListContext): Promise<readonly MarkedObject[]> {
  const found = await Promise.all([
    markedInEc2(aws, context),
    markedElbObjects(aws, context),
    markedIdentities(aws, context),
    markedKeyObjects(aws, context),
    markedZoneObjects(aws, context),
    markedBucketObjects(aws, context),
  ]);
  return found.flat();
}

async function markedInEc2({ listings }: AwsSession, context: ListContext): Promise<readonly MarkedObject[]> {
  const [vpcs, gateways, addresses, natGateways, tables, subnets, groups, keys, instances, volumes] = await Promise.all(
    [
      listings.vpcs.ofCluster(context),
      listings.internetGateways.ofCluster(context),
      listings.addresses.ofCluster(context),
      listings.natGateways.ofCluster(context),
      listings.routeTables.ofCluster(context),
      listings.subnets.ofCluster(context),
      listings.securityGroups.ofCluster(context),
      listings.keyPairs.ofCluster(context),
      listings.instances.ofCluster(context),
      listings.volumes.ofCluster(context),
    ],
  );
  const ofKind = (kind: string, ids: readonly (string | undefined)[]): readonly MarkedObject[] =>
    ids.map((id) => ({ kind: `aws.ec2.${kind}`, id: answered(id, `the id of a ${kind}`) }));
  return [
    ...ofKind(
      'vpc',
      vpcs.map(({ VpcId }) => VpcId),
    ),
    ...ofKind(
      'internet-gateway',
      gateways.map(({ InternetGatewayId }) => InternetGatewayId),
    ),
    ...ofKind(
      'address',
      addresses.map(({ AllocationId }) => AllocationId),
    ),
    ...ofKind(
      'nat-gateway',
      natGateways.filter(isNatGatewayAlive).map(({ NatGatewayId }) => NatGatewayId),
    ),
    ...ofKind(
      'route-table',
      tables.map(({ RouteTableId }) => RouteTableId),
    ),
    ...ofKind(
      'subnet',
      subnets.map(({ SubnetId }) => SubnetId),
    ),
    ...ofKind(
      'security-group',
      groups.map(({ GroupId }) => GroupId),
    ),
    ...ofKind(
      'key-pair',
      keys.map(({ KeyPairId }) => KeyPairId),
    ),
    ...ofKind(
      'instance',
      instances.filter(isAlive).map(({ InstanceId }) => InstanceId),
    ),
    ...volumes.filter(isKept).map(markedVolume),
  ];
}

function markedVolume({ VolumeId, Size, AvailabilityZone: zone = '', State }: Volume): MarkedObject {
  const volume = { kind: 'aws.ec2.volume', id: answered(VolumeId, 'VolumeId') };
  return State === 'available' ? { ...volume, disk: { sizeGiB: answered(Size, 'Size'), zone } } : volume;
}

function isKept({ State }: Volume): boolean {
  return State !== 'deleting' && State !== 'deleted';
}
