import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import type { Network, NetworkSpec, RegionScope } from '#provider/constructs.ts';
import { gatewayAttachment } from './ec2/gateway-attachment.ts';
import { internetGateway } from './ec2/internet-gateway.ts';
import { route } from './ec2/route.ts';
import { routeTable } from './ec2/route-table.ts';
import { routeTableAssociation } from './ec2/route-table-association.ts';
import { subnet } from './ec2/subnet.ts';
import { vpc } from './ec2/vpc.ts';

const ANYWHERE = '0.0.0.0/0';

/** A VPC with one public subnet in each zone: no NAT gateway, which costs minutes and money. */
export function declareNetwork({ builder, region }: RegionScope, { cidr, zones }: NetworkSpec): Network {
  const name = `${region}.network`;
  const network = builder.declare(vpc, name, { cidr });
  const vpcId = network.output('vpcId');
  const gateway = builder.declare(internetGateway, `${name}.gateway`, {});
  const gatewayId = gateway.output('gatewayId');
  const attachment = builder.declare(gatewayAttachment, `${name}.gateway.attachment`, { gatewayId, vpcId });
  const routes = builder.declare(routeTable, `${name}.routes`, { vpcId });
  const routeTableId = routes.output('routeTableId');
  const wayOut = builder.declare(
    route,
    `${name}.routes.internet`,
    { routeTableId, destination: ANYWHERE, gatewayId },
    { dependsOn: [attachment.address] },
  );
  const subnets = new Map<string, Ref<string>>();
  const egress: Address[] = [wayOut.address];
  for (const { name: zone, cidr: part } of zones) {
    const inputs = { vpcId, zone, cidr: part, mapsPublicAddresses: true };
    const subnetId = builder.declare(subnet, `${name}.${zone}`, inputs).output('subnetId');
    const association = builder.declare(routeTableAssociation, `${name}.${zone}.routes`, { routeTableId, subnetId });
    subnets.set(zone, subnetId);
    egress.push(association.address);
  }
  return { address: network.address, id: vpcId, subnets, egress };
}
