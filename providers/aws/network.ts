import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import type { Network, NetworkSpec, RegionScope, ZoneRange } from '#provider/constructs.ts';
import { assert } from '#std/assert.ts';
import { address } from './ec2/address.ts';
import { existingNetwork } from './ec2/existing-network.ts';
import { gatewayAttachment } from './ec2/gateway-attachment.ts';
import { internetGateway } from './ec2/internet-gateway.ts';
import { natGateway } from './ec2/nat-gateway.ts';
import { route } from './ec2/route.ts';
import { routeTable } from './ec2/route-table.ts';
import { routeTableAssociation } from './ec2/route-table-association.ts';
import { subnet } from './ec2/subnet.ts';
import { vpc } from './ec2/vpc.ts';

const ANYWHERE = '0.0.0.0/0';

/**
 * A network over the chosen zones. In a public one each zone has one subnet, whose machines reach the outside through the
 * internet gateway: no NAT gateway, which costs minutes and money. In a private one machines stand in subnets without
 * public addresses; each has a route table of its own, so that how it gets out can change without anything being moved.
 */
export function declareNetwork(scope: RegionScope, spec: NetworkSpec): Network {
  const ground = declareGround(scope, spec);
  const outside = declareTable(scope, ground, { name: 'routes', route: 'internet', gatewayId: ground.gatewayId });
  const inPublic = (zone: ZoneRange, part: string, cidr: string): Part =>
    declarePart(scope, ground, { name: part, zone: zone.name, cidr, isPublic: true, table: outside });
  if (spec.topology === 'public') {
    const parts = byZone(spec.zones, (zone) => inPublic(zone, zone.name, zone.cidr));
    return networkOf(ground, parts, parts);
  }
  const open = byZone(spec.zones, (zone) => inPublic(zone, `${zone.name}.public`, publicRangeOf(zone)));
  return networkOf(ground, declarePrivateParts(scope, ground, { spec, open }), open);
}

/** What everything else in a network stands on. */
interface Ground {
  readonly address: Address;
  readonly vpcId: Ref<string>;
  readonly gatewayId: Ref<string>;
  /** What leads to the gateway needs this. */
  readonly attached: readonly Address[];
}

/** One subnet, with its way out. */
interface Part {
  readonly subnetId: Ref<string>;
  readonly egress: readonly Address[];
}

interface Table {
  readonly routeTableId: Ref<string>;
  /** Its route to the outside. */
  readonly wayOut: Address;
}

type Parts = ReadonlyMap<string, Part>;

function declareGround({ builder, region, tags }: RegionScope, { cidr, existing }: NetworkSpec): Ground {
  const name = networkName(region);
  if (existing !== undefined) {
    const found = builder.declare(existingNetwork, name, { vpcId: existing, cidr });
    return {
      address: found.address,
      vpcId: found.output('vpcId'),
      gatewayId: found.output('gatewayId'),
      attached: [],
    };
  }
  const network = builder.declare(vpc, name, { cidr, tags });
  const vpcId = network.output('vpcId');
  const gatewayId = builder.declare(internetGateway, `${name}.gateway`, { tags }).output('gatewayId');
  const attachment = builder.declare(gatewayAttachment, `${name}.gateway.attachment`, { gatewayId, vpcId });
  return { address: network.address, vpcId, gatewayId, attached: [attachment.address] };
}

interface TableSpec {
  readonly name: string;
  readonly route: string;
  readonly gatewayId: Ref<string>;
  /** What stands between it and the outside besides its gateway. */
  readonly through?: readonly Address[];
}

function declareTable({ builder, region, tags }: RegionScope, { vpcId, attached }: Ground, spec: TableSpec): Table {
  const { gatewayId, through = [] } = spec;
  const name = `${networkName(region)}.${spec.name}`;
  const routeTableId = builder.declare(routeTable, name, { vpcId, tags }).output('routeTableId');
  const inputs = { routeTableId, destination: ANYWHERE, gatewayId };
  const out = builder.declare(route, `${name}.${spec.route}`, inputs, { dependsOn: [...attached, ...through] });
  return { routeTableId, wayOut: out.address };
}

interface PartSpec {
  readonly name: string;
  readonly zone: string;
  readonly cidr: string;
  readonly isPublic: boolean;
  readonly table: Table;
}

function declarePart({ builder, region, tags }: RegionScope, { vpcId }: Ground, spec: PartSpec): Part {
  const { zone, cidr, isPublic: mapsPublicAddresses, table } = spec;
  const name = `${networkName(region)}.${spec.name}`;
  const subnetId = builder.declare(subnet, name, { vpcId, zone, cidr, mapsPublicAddresses, tags }).output('subnetId');
  const inputs = { routeTableId: table.routeTableId, subnetId };
  const association = builder.declare(routeTableAssociation, `${name}.routes`, inputs);
  return { subnetId, egress: [table.wayOut, association.address] };
}

interface PrivateParts {
  readonly spec: NetworkSpec;
  /** The public parts, where the NAT gateways stand. */
  readonly open: Parts;
}

/** A machine in a private part has no other way to fetch what it boots with: it waits for its own zone's gateway alone. */
function declarePrivateParts(scope: RegionScope, ground: Ground, { spec, open }: PrivateParts): Parts {
  const { zones, nat } = spec;
  const hosts = nat === 'single' ? zones.slice(0, 1) : zones;
  const gateways = byZone(hosts, ({ name }) => declareNatGateway(scope, ground, name, at(open, name)));
  const [shared] = gateways.values();
  return byZone(zones, ({ name: zone, cidr }) => {
    const { gatewayId, egress: through } = gateways.get(zone) ?? shared ?? at(gateways, zone);
    const table = declareTable(scope, ground, { name: `${zone}.table`, route: 'out', gatewayId, through });
    return declarePart(scope, ground, { name: zone, zone, cidr, isPublic: false, table });
  });
}

interface NatGateway {
  readonly gatewayId: Ref<string>;
  readonly egress: readonly Address[];
}

/** EC2 makes it to no purpose, and says so a minute later, unless the network has its internet gateway. */
function declareNatGateway(
  { builder, region, tags }: RegionScope,
  { attached }: Ground,
  zone: string,
  part: Part,
): NatGateway {
  const name = `${networkName(region)}.${zone}.nat`;
  const allocationId = builder.declare(address, `${name}.address`, { tags }).output('allocationId');
  const inputs = { subnetId: part.subnetId, allocationId, tags };
  const gateway = builder.declare(natGateway, name, inputs, { dependsOn: attached });
  return { gatewayId: gateway.output('natGatewayId'), egress: part.egress };
}

function networkOf({ address: own, vpcId }: Ground, parts: Parts, open: Parts): Network {
  return {
    address: own,
    id: vpcId,
    subnets: subnetsOf(parts),
    publicSubnets: subnetsOf(open),
    egress: egressOf(parts),
    publicEgress: egressOf(open),
  };
}

function subnetsOf(parts: Parts): ReadonlyMap<string, Ref<string>> {
  return new Map([...parts].map(([zone, { subnetId }]) => [zone, subnetId]));
}

function egressOf(parts: Parts): ReadonlyMap<string, readonly Address[]> {
  return new Map([...parts].map(([zone, { egress }]) => [zone, egress]));
}

function byZone<T>(zones: readonly ZoneRange[], declare: (zone: ZoneRange) => T): ReadonlyMap<string, T> {
  return new Map(zones.map((zone) => [zone.name, declare(zone)]));
}

function at<T>(parts: ReadonlyMap<string, T>, zone: string): T {
  const part = parts.get(zone);
  assert(part !== undefined, `The network has a part in ${zone}.`);
  return part;
}

function publicRangeOf({ name, publicCidr }: ZoneRange): string {
  assert(publicCidr !== undefined, `A private network has a public range in ${name}.`);
  return publicCidr;
}

function networkName(region: string): string {
  return `${region}.network`;
}
