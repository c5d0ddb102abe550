import { z } from 'zod';
import { API_ENTRANCE } from '#cluster/balancer.ts';
import { apiName } from '#cluster/names.ts';
import { authorityAddress, trustsIn } from '#cluster/trust.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { ApiEndpoint, ApiPlace } from '#kubernetes/api-place.ts';
import { type CredentialsOrder, issueCredentials } from '#kubernetes/credentials.ts';
import type { Authority } from '#pki/authority.ts';
import { assert } from '#std/assert.ts';
import { Secret } from '#std/secret.ts';
import { type CaredMachines, lookedAfter } from './cared-machines.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { ClusterReading } from './read-cluster.ts';

/** Who signs for clients of the API, and whom these are to believe; nobody is asked. */
interface KubernetesTrust {
  readonly signer: Authority;
  readonly authorities: readonly string[];
}

interface KubernetesAccess extends KubernetesTrust {
  readonly serverName: string;
  /** The best first. */
  readonly endpoints: readonly ApiEndpoint[];
}

/** Of a cluster as it stands: what tells the way to its API. */
export interface ApiReading extends Pick<ClusterReading, 'cluster'> {
  readonly snapshot: Snapshot;
  readonly file: { readonly spec: Pick<ClusterSpec, 'domain'> };
}

/** What authorities of this purpose sign counts for the API. */
const PURPOSE = 'cluster';

/** How one gets to the API of a cluster, as far as its state and its provider tell. */
export async function kubernetesAccess(reading: ApiReading, signal: AbortSignal): Promise<KubernetesAccess> {
  const { cluster, snapshot, file } = reading;
  const { known, connection } = cluster;
  if (connection.care === undefined) {
    const detail = `The machines of ${known.name} are acted: there is no API on them.`;
    throw problem('kubernetes.absent', { detail });
  }
  const servers = serversIn(known, snapshot);
  const trust = trustIn(snapshot);
  if (trust === undefined) {
    const detail = `${known.name} has no authority for it yet: it was never made so far.`;
    throw problem('kubernetes.absent', { detail });
  }
  const endpoints = await endpointsOf(lookedAfter(reading), { spec: file.spec, servers }, signal);
  if (endpoints.length > 0) return { ...trust, serverName: apiName(file.spec), endpoints };
  throw problem('kubernetes.unreachable', { detail: `None of ${servers.join(', ')} is switched on.` });
}

interface Servers {
  readonly spec: Pick<ClusterSpec, 'domain'>;
  /** Nodes. */
  readonly servers: readonly string[];
}

/** Machines that are gone are no way in: what is there is tried. */
async function endpointsOf(
  { care, nodes, idOf }: Pick<CaredMachines, 'care' | 'nodes' | 'idOf'>,
  { spec, servers }: Servers,
  signal: AbortSignal,
): Promise<readonly ApiEndpoint[]> {
  const machines = servers.filter((node) => nodes.includes(node)).map(idOf);
  return care.waysTo({ machines, port: API_ENTRANCE.port, name: apiName(spec) }, signal);
}

const NodeInputs = z.looseObject({ name: z.string(), stages: z.array(z.string()) });

/** The nodes that were told to run it. */
function serversIn({ name }: Pick<KnownCluster, 'name'>, { records }: Snapshot): readonly string[] {
  const servers = [...records.values()].flatMap(({ kind, inputs }) => {
    const node = kind === 'node' ? NodeInputs.safeParse(inputs).data : undefined;
    return node?.stages.includes('apiserver') === true ? [node.name] : [];
  });
  if (servers.length > 0) return servers;
  const detail = `No node of ${name} was told to run it. It is on control planes whose assets have Kubernetes.`;
  throw problem('kubernetes.absent', { detail });
}

const AuthorityOutputs = z.looseObject({ certificate: z.string(), key: z.instanceof(Secret) });

/** Undefined: there is none yet. */
function trustIn(snapshot: Snapshot): KubernetesTrust | undefined {
  const trust = trustsIn(snapshot).get(PURPOSE);
  if (trust === undefined) return undefined;
  const made = (number: number): Authority | undefined =>
    outputsOf(snapshot.current(authorityAddress(PURPOSE, number)));
  const signer = made(trust.signs);
  if (signer === undefined) return undefined;
  return { signer, authorities: trust.believed.flatMap((number) => made(number)?.certificate ?? []) };
}

function outputsOf(record: ResourceRecord | undefined): Authority | undefined {
  return AuthorityOutputs.safeParse(record?.outputs).data;
}

/** The same place for somebody in particular. */
export function placeFor(access: KubernetesAccess, order: CredentialsOrder): ApiPlace {
  const { signer, authorities, serverName, endpoints } = access;
  assert(order.lifeMs > 0, 'credentials are for some time');
  return { endpoints, serverName, authorities, credentials: issueCredentials(signer, order) };
}
