import { type ClusterUid, isClusterUid, parseClusterUid } from '#engine/address.ts';
import { isProblem, problem } from '#engine/problem.ts';
import { isFileError } from '#std/files.ts';
import type { ClusterStatus } from './app.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import { takeCopy } from './intention.ts';
import { readKeptFile } from './kept-file.ts';
import type { KnownCluster } from './known-clusters.ts';
import { openCluster } from './open-cluster.ts';
import { tuned } from './tune.ts';
import { isProviderName, PROVIDERS } from './provider-names.ts';
import { status } from './status.ts';
import type { Workstation } from './workstation.ts';

export interface AttachRequest {
  readonly name: string;
  readonly provider: string;
  readonly region: string;
  readonly bucket?: string;
}

/** For questions about the account itself. */
const NOBODY = parseClusterUid('noclusteryet');

interface Found {
  readonly uid: ClusterUid;
  readonly file: ClusterText;
}

/** Makes a cluster that was made elsewhere known on this workstation: all it takes is in its bucket. */
export async function attach(
  workstation: Workstation,
  request: AttachRequest,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const { clusters, ports, places } = workstation;
  const { name, region } = request;
  const provider = checkedProvider(request.provider);
  const known = await clusters.find(name);
  if (known?.isDeleted === false) return status(workstation, { name }, signal);
  for (const account of await accountsOf(workstation, provider, name)) {
    const simulator = account === undefined ? undefined : { account, seed: 0 };
    const candidate = { name, provider, region, simulator, isAttached: true };
    const found = await search(workstation, { candidate, bucket: request.bucket, signal });
    if (found === undefined) continue;
    const { local } = found.file.spec;
    const { cluster: attached } = await clusters.begin({ ...candidate, uid: found.uid, local });
    await tuned(clusters, attached, found.file.spec);
    const cluster = await openCluster(attached, { ports, places, emit: () => undefined });
    await takeCopy(clusters, cluster, found.file.text);
    return status(workstation, { name }, signal);
  }
  throw problem('cluster.not-found', { detail: `No state bucket in ${region} holds a cluster called ${name}.` });
}

interface Search {
  readonly candidate: Omit<KnownCluster, 'uid' | 'place' | 'isDeleted'>;
  readonly bucket: string | undefined;
  readonly signal: AbortSignal;
}

/** Whose state it is says only the file beside it. */
async function search(workstation: Workstation, { candidate, bucket, signal }: Search): Promise<Found | undefined> {
  const { ports, places } = workstation;
  const open = (uid: ClusterUid) =>
    openCluster({ ...candidate, uid, place: '', isDeleted: false }, { ports, places, emit: () => undefined });
  const uids = bucket === undefined ? await (await open(NOBODY)).connection.clusters(signal) : [uidIn(bucket)];
  for (const uid of uids) {
    const { objects } = (await open(uid)).locations.bucket;
    const text = await readKeptFile({ objects, clock: ports.clock, random: ports.random }, signal).catch(
      (error: unknown) => {
        // The bucket of somebody else, or one that is on its way out.
        if (isProblem(error, 'state.denied') || isProblem(error, 'state.unavailable')) return undefined;
        throw error;
      },
    );
    const file = text === undefined ? undefined : await readClusterText(text, bucket ?? candidate.name);
    if (file?.spec.name === candidate.name) return { uid, file };
  }
  return undefined;
}

function checkedProvider(provider: string): KnownCluster['provider'] {
  if (isProviderName(provider)) return provider;
  throw problem('cluster.not-found', {
    detail: `There is no provider ${provider}; there are ${PROVIDERS.join(', ')}.`,
  });
}

/** The name of a state bucket ends with the cluster's uid. */
function uidIn(bucket: string): ClusterUid {
  const uid = bucket.slice(bucket.lastIndexOf('-') + 1);
  if (isClusterUid(uid)) return uid;
  throw problem('cluster.not-found', { detail: `${bucket} is not the name of a state bucket.` });
}

/** A simulated account is found by its directory; most often it has the cluster's own name. */
async function accountsOf(
  { ports, places }: Workstation,
  provider: KnownCluster['provider'],
  name: string,
): Promise<readonly (string | undefined)[]> {
  if (provider !== 'simulator') return [undefined];
  try {
    const entries = await ports.files.list(places.simulatedAccounts);
    const accounts = entries.flatMap((entry) => (entry.isDirectory ? [entry.name] : []));
    return accounts.toSorted((left, right) => Number(right === name) - Number(left === name));
  } catch (error) {
    if (isFileError(error, 'absent')) return [];
    throw error;
  }
}
