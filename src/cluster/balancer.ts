import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Balancer, Constructs, FirewallRule, RegionScope } from '#provider/constructs.ts';
import type { RegionNetwork, Wall } from './network.ts';
import type { PlacedMember } from './machines.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';

const ANYWHERE = '0.0.0.0/0';

/** One way into the cluster from outside. */
interface Entrance {
  readonly name: string;
  readonly port: number;
  readonly purpose: string;
  readonly leadsTo: (role: Role) => boolean;
}

export const API_ENTRANCE: Entrance = {
  name: 'api',
  port: 6_443,
  purpose: 'Kubernetes API for the operator',
  leadsTo: isControlPlane,
};

export const SITE_ENTRANCES: readonly Entrance[] = [
  { name: 'http', port: 80, purpose: 'visitors of the sites', leadsTo: servesSites },
  { name: 'https', port: 443, purpose: 'visitors of the sites', leadsTo: servesSites },
];

/** Who may come in: to the API whom the file names, to the sites everybody. */
export function openTo(
  { access }: Pick<ClusterSpec, 'access'>,
  entrances: readonly Entrance[],
): readonly FirewallRule[] {
  return entrances.flatMap((entrance) => {
    const from = entrance === API_ENTRANCE ? access.from : [ANYWHERE];
    return from.map((cidr) => ruleFor(entrance, { cidr }));
  });
}

/** The balancer lets people in or not, and comes in itself from inside. */
export function openToBalancer({ firewall }: Wall, entrances: readonly Entrance[]): readonly FirewallRule[] {
  return entrances.map((entrance) => ruleFor(entrance, { firewall }));
}

function ruleFor({ port, purpose }: Entrance, from: FirewallRule['from']): FirewallRule {
  return { protocol: 'tcp', ports: [port, port], from, purpose };
}

/** What stands before the API and the sites, if the file wants it. No machine waits for it. */
export function declareBalancer(
  constructs: Constructs,
  scope: RegionScope,
  { zones }: Pick<ClusterSpec, 'zones'>,
  { regionNetwork, placed }: { readonly regionNetwork: RegionNetwork; readonly placed: readonly PlacedMember[] },
): Balancer | undefined {
  const { network, balancerWall } = regionNetwork;
  if (balancerWall === undefined) return undefined;
  const ports = [API_ENTRANCE, ...SITE_ENTRANCES].flatMap(({ name, port, leadsTo }) => {
    const machines = placed.filter(({ member }) => leadsTo(member.role)).map(({ machine }) => machine);
    return machines.length === 0 ? [] : [{ name, port, machines }];
  });
  return constructs.balancer(scope, { network, zones, firewalls: [balancerWall.firewall], ports });
}
