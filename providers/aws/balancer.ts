import type { Address } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import type { Ref } from '#engine/ref.ts';
import type { BalancedPort, Balancer, BalancerSpec, Network, RegionScope } from '#provider/constructs.ts';
import { balancerName } from './elb/elb-names.ts';
import { listener } from './elb/listener.ts';
import { loadBalancer } from './elb/load-balancer.ts';
import { target } from './elb/target.ts';
import { targetGroup } from './elb/target-group.ts';

/** A network load balancer over the zones. It takes minutes to come up, and no machine waits for it. */
export function declareBalancer(scope: RegionScope, { network, zones, firewalls, ports }: BalancerSpec): Balancer {
  const { builder, region, uid, tags } = scope;
  const address = `${region}.balancer`;
  const inputs = {
    name: balancerName(uid),
    vpcId: network.id,
    subnetIds: zones.map((zone) => publicSubnetOf(network, zone)),
    securityGroupIds: firewalls.map(({ id }) => id),
    tags,
  };
  const balancer = builder.declare(loadBalancer, address, inputs, { dependsOn: waysTo(network, zones) });
  for (const port of ports) declarePort(scope, network, port, balancer.output('arn'));
  return { address: balancer.address, dnsName: balancer.output('dnsName'), dnsZoneId: balancer.output('dnsZoneId') };
}

function declarePort(
  { builder, uid, tags }: RegionScope,
  network: Network,
  { name, port, machines }: BalancedPort,
  balancerArn: Ref<string>,
): void {
  const address = `${balancerArn.$ref}.${name}`;
  const inputs = { name: balancerName(uid, name), vpcId: network.id, port, tags };
  const group = builder.declare(targetGroup, address, inputs);
  const groupArn = group.output('arn');
  const opening = { balancerArn, port, groupArn, tags };
  builder.declare(listener, `${address}.listener`, opening, { within: balancerArn.$ref });
  for (const machine of machines) {
    const member = { groupArn, instanceId: machine.id, port };
    builder.declare(target, `${address}.${lastPartOf(machine.address)}`, member, { within: group.address });
  }
}

/** AWS takes none that faces the internet where nothing leads there yet. */
function waysTo({ publicEgress }: Network, zones: readonly string[]): readonly Address[] {
  return [...new Set(zones.flatMap((zone) => publicEgress.get(zone) ?? []))];
}

function lastPartOf(address: string): string {
  return address.slice(address.lastIndexOf('.') + 1);
}

function publicSubnetOf({ address, publicSubnets }: Network, zone: string): Ref<string> {
  const subnet = publicSubnets.get(zone);
  if (subnet !== undefined) return subnet;
  throw problem('internal', { address, detail: `A load balancer is to stand in ${zone}, where nothing is public.` });
}
