import type { ClusterSpec, Opening } from '#config/cluster-file.ts';
import { ANYWHERE } from '#config/written-openings.ts';
import type { Balancer, Constructs, FirewallRule, RegionScope } from '#provider/constructs.ts';
import type { RegionNetwork, Wall } from './network.ts';
import type { PlacedMember } from './machines.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';

/** One way into the cluster from outside. */
interface Entrance {
  readonly name: string;
  readonly port: number;
  /** The last one, where there are several. */
  readonly through?: number;
  /** @default tcp */
  readonly protocol?: Opening['protocol'];
  /** @default whom the file names for the API, and everybody for the sites */
  readonly from?: readonly string[];
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

/** What the file opens beside: it leads to services of Kubernetes. */
export function openedEntrances({ network }: Pick<ClusterSpec, 'network'>): readonly Entrance[] {
  return (network.open ?? []).map(({ port, through, protocol, from }) => {
    const purpose = 'services of Kubernetes';
    return { name: `${protocol.charAt(0)}${port}`, port, through, protocol, from, purpose, leadsTo: servesSites };
  });
}

/** Who may come in: to the API whom the file names, to the sites everybody. */
export function openTo(
  { access }: Pick<ClusterSpec, 'access'>,
  entrances: readonly Entrance[],
): readonly FirewallRule[] {
  return entrances.flatMap((entrance) => {
    const from = entrance.from ?? (entrance === API_ENTRANCE ? access.from : [ANYWHERE]);
    return from.map((cidr) => ruleFor(entrance, { cidr }));
  });
}

/** The balancer lets people in or not, and comes in itself from inside. */
export function openToBalancer({ firewall }: Wall, entrances: readonly Entrance[]): readonly FirewallRule[] {
  return entrances.map((entrance) => ruleFor(entrance, { firewall }));
}

function ruleFor(entrance: Entrance, from: FirewallRule['from']): FirewallRule {
  const { port, through = port, protocol = 'tcp', purpose } = entrance;
  return { protocol, ports: [port, through], from, purpose };
}

/** What stands before the API and the sites, if the file wants it. No machine waits for it. */
export function declareBalancer(
  constructs: Constructs,
  scope: RegionScope,
  { zones, network: wanted }: Pick<ClusterSpec, 'zones' | 'network'>,
  { regionNetwork, placed }: { readonly regionNetwork: RegionNetwork; readonly placed: readonly PlacedMember[] },
): Balancer | undefined {
  const { network, balancerWall } = regionNetwork;
  if (balancerWall === undefined) return undefined;
  const ports = [API_ENTRANCE, ...SITE_ENTRANCES, ...openedEntrances({ network: wanted })].flatMap(
    ({ name, port, leadsTo }) => {
      const machines = placed.filter(({ member }) => leadsTo(member.role)).map(({ machine }) => machine);
      return machines.length === 0 ? [] : [{ name, port, machines }];
    },
  );
  return constructs.balancer(scope, { network, zones, firewalls: [balancerWall.firewall], ports });
}
