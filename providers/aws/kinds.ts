import type { ResourceType } from '#engine/resource.ts';
import { address } from './ec2/address.ts';
import { addressAssociation } from './ec2/address-association.ts';
import { existingNetwork } from './ec2/existing-network.ts';
import { gatewayAttachment } from './ec2/gateway-attachment.ts';
import { image } from './ec2/image.ts';
import { instance } from './ec2/instance.ts';
import { internetGateway } from './ec2/internet-gateway.ts';
import { keyPair } from './ec2/key-pair.ts';
import { natGateway } from './ec2/nat-gateway.ts';
import { publicAddress } from './ec2/public-address.ts';
import { route } from './ec2/route.ts';
import { routeTable } from './ec2/route-table.ts';
import { routeTableAssociation } from './ec2/route-table-association.ts';
import { securityGroup } from './ec2/security-group.ts';
import { securityGroupRules } from './ec2/security-group-rules.ts';
import { subnet } from './ec2/subnet.ts';
import { vpc } from './ec2/vpc.ts';
import { listener } from './elb/listener.ts';
import { loadBalancer } from './elb/load-balancer.ts';
import { target } from './elb/target.ts';
import { targetGroup } from './elb/target-group.ts';
import { iamInstanceProfile } from './iam/instance-profile.ts';
import { iamRole } from './iam/role.ts';
import { kmsKey } from './kms/key.ts';
import { existingZone } from './route53/existing-zone.ts';
import { route53Record } from './route53/record.ts';
import { delegation } from './route53/delegation.ts';
import { parentZone } from './route53/parent-zone.ts';
import { route53Zone } from './route53/zone.ts';
import { s3Bucket } from './s3/bucket.ts';

const KINDS: readonly ResourceType[] = [
  vpc,
  existingNetwork,
  internetGateway,
  gatewayAttachment,
  address,
  addressAssociation,
  publicAddress,
  natGateway,
  routeTable,
  route,
  subnet,
  routeTableAssociation,
  securityGroup,
  securityGroupRules,
  keyPair,
  image,
  instance,
  loadBalancer,
  targetGroup,
  listener,
  target,
  iamRole,
  iamInstanceProfile,
  kmsKey,
  route53Zone,
  parentZone,
  delegation,
  existingZone,
  route53Record,
  s3Bucket,
];

/** Everything that this provider can make. */
export const AWS_TYPES: ReadonlyMap<string, ResourceType> = new Map(KINDS.map((type) => [type.kind, type]));
