import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Constructs, Scope } from '#provider/constructs.ts';
import type { PlacedMember } from './nodes.ts';
import { isControlPlane, servesSites } from './roles.ts';

const TTL_SECONDS = 60;

export function apiName({ domain }: Pick<ClusterSpec, 'domain'>): string {
  return `api.${domain}`;
}

/** The cluster's zone, and under which names its machines are found. */
export function declareNames(
  constructs: Constructs,
  scope: Scope,
  spec: ClusterSpec,
  placed: readonly PlacedMember[],
): void {
  const zone = constructs.zone(scope, { domain: spec.domain });
  const record = (name: string, domainName: string, members: readonly PlacedMember[]): void => {
    const values = members.map(({ machine }) => machine.publicAddress);
    if (values.length > 0)
      constructs.record(scope, { name, zone, domainName, type: 'A', ttlSeconds: TTL_SECONDS, values });
  };
  record(
    'api',
    apiName(spec),
    placed.filter(({ member }) => isControlPlane(member.role)),
  );
  record(
    'site',
    spec.domain,
    placed.filter(({ member }) => servesSites(member.role)),
  );
}
