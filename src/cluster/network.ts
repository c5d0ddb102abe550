import type { ClusterSpec } from '#config/cluster-file.ts';
import type {
  Constructs,
  Firewall,
  FirewallRule,
  FirewallRules,
  Network,
  NetworkSpec,
  RegionScope,
  ZoneRange,
} from '#provider/constructs.ts';
import { publicZoneCidr, zoneCidr } from './address-plan.ts';
import { API_ENTRANCE, openedEntrances, openTo, openToBalancer, SITE_ENTRANCES } from './balancer.ts';
import { OVERLAY_PORT } from './overlay.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';

const SSH_PORT = 22;

export interface RegionNetwork {
  readonly network: Network;
  /** Around the machine that lets the operator into a private network. */
  readonly bastionWall: Wall | undefined;
  /** Around the balancer, if there is one: who may come in it decides. */
  readonly balancerWall: Wall | undefined;
  firewallsOf(role: Role): { readonly firewalls: readonly Firewall[]; readonly rules: readonly FirewallRules[] };
}

export interface Wall {
  readonly firewall: Firewall;
  readonly rules: FirewallRules;
}

/** A network over the chosen zones, and who may reach whom in it: only what is written here. */
export function declareNetwork(constructs: Constructs, scope: RegionScope, spec: ClusterSpec): RegionNetwork {
  const network = constructs.network(scope, networkSpecOf(spec));
  const wall = (name: string, ingressOf: (own: Firewall) => readonly FirewallRule[]): Wall => {
    const firewall = constructs.firewall(scope, { name, network });
    return { firewall, rules: constructs.firewallRules(scope, { name, firewall, ingress: ingressOf(firewall) }) };
  };
  const ssh = tcpFrom(spec.access.from, SSH_PORT, 'SSH for the operator');
  const bastionWall = hasBastion(spec) ? wall('bastion', () => ssh) : undefined;
  const machines = wall('machines', (own) => [
    ...(spec.network.topology === 'public' ? ssh : sshThrough(bastionWall)),
    { protocol: 'udp', ports: [OVERLAY_PORT, OVERLAY_PORT], from: { firewall: own }, purpose: 'overlay' },
    // Storage stays on the region's own network.
    { protocol: 'any', from: { firewall: own }, purpose: 'among the machines of this region' },
  ]);
  const siteEntrances = [...SITE_ENTRANCES, ...openedEntrances(spec)];
  const everyEntrance = [API_ENTRANCE, ...siteEntrances];
  const balancerWall = spec.network.balancer ? wall('balancer', () => openTo(spec, everyEntrance)) : undefined;
  const through = (entrances: typeof everyEntrance): readonly FirewallRule[] => [
    ...(balancerWall === undefined || spec.network.topology === 'public' ? openTo(spec, entrances) : []),
    ...(balancerWall === undefined ? [] : openToBalancer(balancerWall, entrances)),
  ];
  const api = wall('api', () => through([API_ENTRANCE]));
  const sites = wall('sites', () => through(siteEntrances));
  return {
    network,
    bastionWall,
    balancerWall,
    firewallsOf(role) {
      const walls = [machines, ...(isControlPlane(role) ? [api] : []), ...(servesSites(role) ? [sites] : [])];
      return { firewalls: walls.map(({ firewall }) => firewall), rules: walls.map(({ rules }) => rules) };
    },
  };
}

/** Machines of a private network cannot be reached from outside; and without a key nobody gets in anywhere. */
function hasBastion({ network, access }: ClusterSpec): boolean {
  return network.topology === 'private' && access.sshPublicKey !== undefined;
}

function networkSpecOf({ zones, network, domain }: ClusterSpec): NetworkSpec {
  const { machines: cidr, topology, nat, existing } = network;
  const rangeOf = (name: string, index: number): ZoneRange => {
    const zone = { name, cidr: zoneCidr(cidr, index) };
    return topology === 'public' ? zone : { ...zone, publicCidr: publicZoneCidr(cidr, index) };
  };
  return { cidr, domain, zones: zones.map(rangeOf), topology, nat, existing };
}

function sshThrough(bastionWall: Wall | undefined): readonly FirewallRule[] {
  if (bastionWall === undefined) return [];
  const from = { firewall: bastionWall.firewall };
  return [{ protocol: 'tcp', ports: [SSH_PORT, SSH_PORT], from, purpose: 'SSH through the bastion' }];
}

function tcpFrom(cidrs: readonly string[], port: number, purpose: string): readonly FirewallRule[] {
  return cidrs.map((cidr) => ({ protocol: 'tcp', ports: [port, port], from: { cidr }, purpose }));
}
