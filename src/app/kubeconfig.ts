import { isAbsolute, resolve } from 'node:path';
import { problem } from '#engine/problem.ts';
import { CallError } from '#engine/call.ts';
import { type ApiEndpoint, type ApiPlace, spellEndpoint } from '#kubernetes/api-place.ts';
import { ADMINS } from '#kubernetes/credentials.ts';
import { KUBECONFIG_MARK, kubeconfigText } from '#kubernetes/kubeconfig.ts';
import { certificateFacts } from '#pki/leaf.ts';
import type { Disk } from '#std/disk.ts';
import { type ApiReading, kubernetesAccess, placeFor } from './kube-access.ts';
import type { AppPorts } from './ports.ts';

export interface KubeconfigRequest {
  /** A path. @default beside what this workstation knows of the cluster */
  readonly to?: string | undefined;
  /** @default whoever runs this */
  readonly user?: string | undefined;
  /** None: those who administer the cluster. */
  readonly groups: readonly string[];
  readonly lifeMs: number;
}

export interface WrittenKubeconfig {
  readonly path: string;
  readonly server: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly untilMs: number;
}

/** Writes what kubectl and its like need to get to the API of a cluster, with a key and a certificate of its own. */
export async function kubeconfig(
  ports: AppPorts,
  reading: ApiReading,
  request: KubeconfigRequest,
  signal: AbortSignal,
): Promise<WrittenKubeconfig> {
  const { known, places } = reading.cluster;
  const access = await kubernetesAccess(reading, signal);
  const { disk } = await ports.workshop();
  const path = absolute(request.to ?? places.kubeconfig);
  await refuseForeign(disk, path);
  const user = request.user ?? (await ownName(ports));
  const groups = request.groups.length === 0 ? [ADMINS] : request.groups;
  const { clock, random, files } = ports;
  const place = placeFor(access, { user, groups, lifeMs: request.lifeMs, nowMs: clock.wallMs(), random });
  const endpoint = await answeringEndpoint(ports, place, signal);
  const text = kubeconfigText({ ...place, cluster: known.name, user, endpoint });
  if (request.to === undefined) await files.makeDirectory(places.known);
  await disk.write(path, new TextEncoder().encode(text));
  const { notAfterMs: untilMs } = certificateFacts(place.credentials.certificate);
  return { path, server: `https://${spellEndpoint(endpoint)}`, user, groups, untilMs };
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}

/** A file with other clusters in it is not to be lost. */
async function refuseForeign(disk: Pick<Disk, 'size' | 'head'>, path: string): Promise<void> {
  if ((await disk.size(path)) === undefined) return;
  const mark = new TextDecoder().decode(await disk.head(path, KUBECONFIG_MARK.length));
  if (mark !== KUBECONFIG_MARK) throw problem('kubeconfig.foreign', { detail: `${path} is there already.` });
}

const NAME_LENGTH_MAX = 64;

/** As the API writes it down for everything that is done. */
export async function ownName({ processes }: Pick<AppPorts, 'processes'>): Promise<string> {
  const { who, host } = await processes.self();
  return `${who}@${host}`.slice(0, NAME_LENGTH_MAX);
}

/** Whatever it says to the question: who it is was proved before it said anything. */
export async function answeringEndpoint(
  ports: Pick<AppPorts, 'workshop'>,
  place: ApiPlace,
  signal: AbortSignal,
): Promise<ApiEndpoint> {
  const [{ KubernetesApi }, { servers }] = await Promise.all([import('#kubernetes/api.ts'), ports.workshop()]);
  using api = new KubernetesApi(place, servers);
  try {
    await api.send({ method: 'GET', path: '/version' }, signal);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw problem('kubernetes.unreachable', { detail: error.message, cause: error });
  }
  return api.endpoint;
}
