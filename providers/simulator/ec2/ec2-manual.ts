import { fault } from '../aws-fault.ts';
import { WELCOMES } from '../mailroom.ts';
import type { ServiceManual } from '../operation.ts';
import { ADDRESSES } from './address.ts';
import { addressOperations } from './address-operations.ts';
import { CLIENT_TOKENS } from './client-tokens.ts';
import { groupPermissionOperations } from './group-permissions.ts';
import { describeImages } from './images.ts';
import { instanceOperations } from './instance-operations.ts';
import { INSTANCES } from './instance.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-type.ts';
import { internetGatewayOperations } from './internet-gateway.ts';
import { keyPairOperations } from './key-pair.ts';
import { NAT_GATEWAYS } from './nat-gateway.ts';
import { describeNetworkInterfaces } from './network-interface.ts';
import { natGatewayOperations } from './nat-gateway-operations.ts';
import { INTERNET_GATEWAYS, KEY_PAIRS, ROUTE_TABLES, SECURITY_GROUPS, SUBNETS, VPCS } from './network-objects.ts';
import { profileAssociationOperations } from './profile-association.ts';
import { routeOperations } from './route.ts';
import { routeTableOperations } from './route-table.ts';
import { securityGroupOperations } from './security-group.ts';
import { describeSpotPriceHistory } from './spot-price.ts';
import { subnetOperations } from './subnet.ts';
import { tagOperations } from './tag-operations.ts';
import { volumeOperations, VOLUMES } from './volume.ts';
import { vpcOperations } from './vpc.ts';
import { describeAvailabilityZones } from './zones.ts';

export const ec2Manual: ServiceManual = {
  name: 'ec2',
  operations: [
    describeAvailabilityZones,
    describeImages,
    describeInstanceTypeOfferings,
    describeInstanceTypes,
    describeSpotPriceHistory,
    ...vpcOperations,
    ...subnetOperations,
    ...internetGatewayOperations,
    ...addressOperations,
    ...natGatewayOperations,
    describeNetworkInterfaces,
    ...routeTableOperations,
    ...routeOperations,
    ...securityGroupOperations,
    ...groupPermissionOperations,
    ...keyPairOperations,
    ...instanceOperations,
    ...profileAssociationOperations,
    ...volumeOperations,
    ...tagOperations,
  ],
  kinds: [
    VPCS,
    SUBNETS,
    INTERNET_GATEWAYS,
    ADDRESSES,
    NAT_GATEWAYS,
    ROUTE_TABLES,
    SECURITY_GROUPS,
    KEY_PAIRS,
    INSTANCES,
    VOLUMES,
    CLIENT_TOKENS,
    WELCOMES,
  ],
  throttled: () => fault('RequestLimitExceeded', 'Request limit exceeded.', 503),
  failed: () => fault('InternalError', 'An internal error has occurred', 500),
  expired: () => fault('RequestExpired', 'Request has expired.'),
};
