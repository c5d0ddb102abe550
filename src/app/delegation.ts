import { readOutput } from '#cluster/read-output.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import type { ClusterStatus } from './app.ts';
import type { OpenCluster } from './open-cluster.ts';

interface Meant {
  readonly snapshot: Snapshot;
  readonly spec: Pick<ClusterSpec, 'domain' | 'dns'>;
}

/** The zone's name servers, and whether the public DNS leads to them; undefined: there is no zone that it could. */
export async function delegationOf(
  cluster: Pick<OpenCluster, 'ports' | 'known'>,
  { snapshot, spec }: Meant,
  signal: AbortSignal,
): Promise<ClusterStatus['delegation']> {
  const nameServers = serversOf(snapshot);
  if (nameServers.length === 0 || spec.dns.zone === 'private') return undefined;
  return { nameServers, found: await look(cluster, spec.domain, nameServers, signal) };
}

/**
 * | the public DNS says          | then                                           |
 * |------------------------------|------------------------------------------------|
 * | the zone's own servers       | it leads here                                  |
 * | others, or others as well    | it leads elsewhere; what is to be set where    |
 * | nobody                       | not yet; what is to be set where               |
 * | nothing                      | that could not be looked at                    |
 */
async function look(
  { ports, known }: Pick<OpenCluster, 'ports' | 'known'>,
  domain: string,
  own: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  if (known.provider === 'simulator') return 'not looked at: nobody outside knows a simulated zone';
  const above = domain.slice(domain.indexOf('.') + 1);
  const toSet = `set these name servers for it where ${above} is kept`;
  try {
    const found = await ports.nameServers.of(domain, signal);
    if (found.length === 0) return `not yet: the public DNS does not know ${domain}; ${toSet}`;
    if (found.every((name) => own.includes(name))) return 'the public DNS leads here';
    return `the public DNS leads to ${found.join(' ')} instead; ${toSet}`;
  } catch (error) {
    return `not looked at: the public DNS did not answer (${wordOf(error)})`;
  }
}

function serversOf(snapshot: Snapshot): readonly string[] {
  const zone = snapshot.current(parseAddress('zone'));
  const names = zone?.status === 'ready' ? readOutput(zone, 'nameServers') : undefined;
  const texts: readonly unknown[] = Array.isArray(names) ? names : [];
  return texts.filter((name) => typeof name === 'string').map((name) => name.toLowerCase().replace(/\.$/, ''));
}

function wordOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
