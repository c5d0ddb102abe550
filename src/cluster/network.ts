import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Constructs, Firewall, FirewallRule, FirewallRules, Network, RegionScope } from '#provider/constructs.ts';
import { zoneCidr } from './address-plan.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';

const ANYWHERE = '0.0.0.0/0';
const SSH_PORT = 22;
const API_PORT = 6_443;
const OVERLAY_PORT = 51_820;

export interface RegionNetwork {
  readonly network: Network;
  firewallsOf(role: Role): { readonly firewalls: readonly Firewall[]; readonly rules: readonly FirewallRules[] };
}

interface Wall {
  readonly firewall: Firewall;
  readonly rules: FirewallRules;
}

/** A network over the chosen zones, and who may reach whom in it: only what is written here. */
export function declareNetwork(constructs: Constructs, scope: RegionScope, spec: ClusterSpec): RegionNetwork {
  const zones = spec.zones.map((name, index) => ({ name, cidr: zoneCidr(spec.network.machines, index) }));
  const network = constructs.network(scope, { cidr: spec.network.machines, zones });
  const wall = (name: string, ingressOf: (own: Firewall) => readonly FirewallRule[]): Wall => {
    const firewall = constructs.firewall(scope, { name, network });
    return { firewall, rules: constructs.firewallRules(scope, { name, firewall, ingress: ingressOf(firewall) }) };
  };
  const machines = wall('machines', (own) => [
    ...tcpFrom(spec.access.from, SSH_PORT, 'SSH for the operator'),
    { protocol: 'udp', ports: [OVERLAY_PORT, OVERLAY_PORT], from: { firewall: own }, purpose: 'overlay' },
    // Storage stays on the region's own network.
    { protocol: 'any', from: { firewall: own }, purpose: 'among the machines of this region' },
  ]);
  const api = wall('api', () => tcpFrom(spec.access.from, API_PORT, 'Kubernetes API for the operator'));
  const sites = wall('sites', () => [80, 443].flatMap((port) => tcpFrom([ANYWHERE], port, 'visitors of the sites')));
  return {
    network,
    firewallsOf(role) {
      const walls = [machines, ...(isControlPlane(role) ? [api] : []), ...(servesSites(role) ? [sites] : [])];
      return { firewalls: walls.map(({ firewall }) => firewall), rules: walls.map(({ rules }) => rules) };
    },
  };
}

function tcpFrom(cidrs: readonly string[], port: number, purpose: string): readonly FirewallRule[] {
  return cidrs.map((cidr) => ({ protocol: 'tcp', ports: [port, port], from: { cidr }, purpose }));
}
