import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Balancer, Constructs, Network, RegionScope } from '#provider/constructs.ts';
import type { PlacedMember } from './machines.ts';
import { isControlPlane, type Role, servesSites } from './roles.ts';

const TTL_SECONDS = 60;

export function apiName({ domain }: Pick<ClusterSpec, 'domain'>): string {
  return `api.${domain}`;
}

interface Named {
  readonly network: Network;
  readonly placed: readonly PlacedMember[];
  readonly balancer: Balancer | undefined;
}

/**
 * The cluster's zone, and under which names the API and the sites are found in it:
 *
 * | there is a balancer | the network is | a name stands for                   |
 * |---------------------|----------------|-------------------------------------|
 * | yes                 | either         | the balancer                        |
 * | no                  | public         | the public addresses of machines    |
 * | no                  | private        | their addresses inside the network  |
 */
export function declareNames(
  constructs: Constructs,
  scope: RegionScope,
  spec: ClusterSpec,
  { network, placed, balancer }: Named,
): void {
  const zone = constructs.zone(scope, { domain: spec.domain, origin: spec.dns.zone, network });
  if (spec.dns.zone === 'create') constructs.delegation(scope, { domain: spec.domain, zone });
  const declare = (name: string, domainName: string, isServedBy: (role: Role) => boolean): void => {
    const members = placed.filter(({ member }) => isServedBy(member.role));
    if (members.length === 0) return;
    const target = balancer ?? { ttlSeconds: TTL_SECONDS, values: members.map((one) => addressOf(spec, one)) };
    constructs.record(scope, { name, zone, domainName, type: 'A', target });
  };
  declare('api', apiName(spec), isControlPlane);
  declare('site', spec.domain, servesSites);
}

function addressOf({ network }: ClusterSpec, { machine }: PlacedMember) {
  return network.topology === 'private' ? machine.privateAddress : machine.publicAddress;
}
