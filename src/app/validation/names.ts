import { z } from 'zod';
import { apiName } from '#cluster/names.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import type { ClusterSight } from '#kubernetes/cluster-sight.ts';
import type { NameServers } from '#std/name-servers.ts';
import { judged, type ValidationFinding } from './finding.ts';

/** Whether pods have somebody to ask for names. */
export function judgeResolvers(cluster: string, resolvers: ClusterSight['resolvers']): readonly ValidationFinding[] {
  const where = 'inside';
  if (resolvers === undefined) {
    return [{ check: 'dns', verdict: 'not judged', where, what: 'The cluster is given nobody who answers for names.' }];
  }
  const { ready, all } = resolvers;
  const what = `Of ${all} who answer for names ${ready === 0 ? 'none is' : `only ${ready} are`} ready.`;
  const next = `bootstrap kubectl ${cluster} get pods -- --namespace kube-system --selector k8s-app=kube-dns`;
  const verdict = ready === 0 ? 'bad' : 'care';
  const well = `All ${all} who answer for names inside are ready.`;
  return judged('dns', ready === all && ready > 0 ? [] : [{ verdict, where, what, next }], well);
}

interface Outside {
  readonly cluster: string;
  readonly spec: Pick<ClusterSpec, 'domain' | 'dns' | 'provider'>;
  readonly snapshot: Pick<Snapshot, 'current'>;
}

const RecordInputs = z.looseObject({ values: z.array(z.string()) });
const API_RECORD = parseAddress('record.api');

/**
 * | the public DNS says of the API   | then                                             |
 * |----------------------------------|--------------------------------------------------|
 * | what the state says              | well                                             |
 * | something, and the state names a balancer | well: its addresses change              |
 * | nothing, or something else       | bad: people do not find it by its name           |
 * | it did not answer                | not judged                                       |
 */
export async function judgeApiName(
  nameServers: NameServers,
  { cluster, spec, snapshot }: Outside,
  signal: AbortSignal,
): Promise<readonly ValidationFinding[]> {
  const where = apiName(spec);
  const unjudged = (what: string): readonly ValidationFinding[] => [
    { check: 'dns', verdict: 'not judged', where, what },
  ];
  if (spec.provider === 'local') return unjudged('Names of a workstation lead to itself, without any DNS.');
  if (spec.dns.zone === 'private') return unjudged('Its zone is seen by its own network only.');
  const record = RecordInputs.safeParse(snapshot.current(API_RECORD)?.inputs).data;
  if (record === undefined) return unjudged('The state knows of no record for it.');
  const found = await nameServers.addresses(where, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (found === undefined) return unjudged('The public DNS did not answer.');
  const meant = record.values.toSorted();
  const isSo = meant.length === 0 ? found.length > 0 : found.join(' ') === meant.join(' ');
  if (isSo) return judged('dns', [], `${where} leads to ${found.join(', ')}, as it should.`);
  const said = found.length === 0 ? 'nothing of it' : found.join(', ');
  const what = `The public DNS says ${said}; it should say ${meant.join(', ') || 'where its balancer is'}.`;
  return judged('dns', [{ verdict: 'bad', where, what, next: `bootstrap status ${cluster}` }], '');
}
