import { z } from 'zod';
import { defineKind, Tags } from '../objects.ts';
import { notFound } from './listing.ts';

const Vpc = z.strictObject({
  id: z.string(),
  cidr: z.string(),
  /** Added to the one that it was made with. */
  moreCidrs: z
    .array(z.strictObject({ associationId: z.string(), cidr: z.string() }))
    .readonly()
    .optional(),
  createdAtMs: z.number(),
  dnsSupport: z.boolean(),
  dnsHostnames: z.boolean(),
  tags: Tags,
});
export type Vpc = Readonly<z.output<typeof Vpc>>;
export const VPCS = defineKind<Vpc>({ name: 'vpc', scope: 'region', schema: Vpc });
export const missingVpc = notFound('InvalidVpcID.NotFound', 'vpc ID');

/** All blocks of addresses that it has. */
export function cidrsOf({ cidr, moreCidrs = [] }: Vpc): readonly string[] {
  return [cidr, ...moreCidrs.map((added) => added.cidr)];
}

const Subnet = z.strictObject({
  id: z.string(),
  vpcId: z.string(),
  cidr: z.string(),
  zone: z.string(),
  createdAtMs: z.number(),
  mapsPublicIp: z.boolean(),
  tags: Tags,
});
export type Subnet = Readonly<z.output<typeof Subnet>>;
export const SUBNETS = defineKind<Subnet>({ name: 'subnet', scope: 'region', schema: Subnet });
export const missingSubnet = notFound('InvalidSubnetID.NotFound', 'subnet ID');

const InternetGateway = z.strictObject({ id: z.string(), vpcId: z.string().optional(), tags: Tags });
export type InternetGateway = Readonly<z.output<typeof InternetGateway>>;
export const INTERNET_GATEWAYS = defineKind<InternetGateway>({
  name: 'internet-gateway',
  scope: 'region',
  schema: InternetGateway,
});
export const missingGateway = notFound('InvalidInternetGatewayID.NotFound', 'internetGateway ID');

const RouteTable = z.strictObject({
  id: z.string(),
  vpcId: z.string(),
  isMain: z.boolean(),
  routes: z.array(z.strictObject({ destination: z.string(), gatewayId: z.string() })).readonly(),
  associations: z.array(z.strictObject({ id: z.string(), subnetId: z.string() })).readonly(),
  tags: Tags,
});
export type RouteTable = Readonly<z.output<typeof RouteTable>>;
export const ROUTE_TABLES = defineKind<RouteTable>({ name: 'route-table', scope: 'region', schema: RouteTable });
export const missingRouteTable = notFound('InvalidRouteTableID.NotFound', 'routeTable ID');

const GroupRule = z.strictObject({
  id: z.string(),
  isEgress: z.boolean(),
  /** `tcp`, `udp`, `icmp`, `-1` for all, or a number. */
  protocol: z.string(),
  fromPort: z.number(),
  toPort: z.number(),
  cidr: z.string().optional(),
  groupId: z.string().optional(),
  description: z.string().optional(),
  tags: Tags,
});
export type GroupRule = Readonly<z.output<typeof GroupRule>>;

const SecurityGroup = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  vpcId: z.string(),
  rules: z.array(GroupRule).readonly(),
  tags: Tags,
});
export type SecurityGroup = Readonly<z.output<typeof SecurityGroup>>;
export const SECURITY_GROUPS = defineKind<SecurityGroup>({
  name: 'security-group',
  scope: 'region',
  schema: SecurityGroup,
});
export const missingGroup = notFound('InvalidGroup.NotFound', 'security group');

const KeyPair = z.strictObject({
  id: z.string(),
  name: z.string(),
  fingerprint: z.string(),
  publicKey: z.string(),
  createdAtMs: z.number(),
  tags: Tags,
});
export type KeyPair = Readonly<z.output<typeof KeyPair>>;
/** By name. */
export const KEY_PAIRS = defineKind<KeyPair>({ name: 'key-pair', scope: 'region', schema: KeyPair });
export const missingKeyPair = notFound('InvalidKeyPair.NotFound', 'key pair');
