import { problem } from '#engine/problem.ts';
import { sha256Hex } from '#std/hash.ts';
import { fileTrouble, isFileError } from '#std/files.ts';
import { type ClusterText, lastingDifferences, readClusterText } from './cluster-text.ts';
import { keepFile, readKeptFile } from './kept-file.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { OpenCluster } from './open-cluster.ts';
import { settleAccess } from './operator-address.ts';
import { tuned } from './tune.ts';
import { replaceFile } from './replace-file.ts';
import type { StatePlace } from './state-location.ts';
import { withWholeFolder } from './whole-folder.ts';
import type { Workstation } from './workstation.ts';

/** A cluster file that is to be in force, and the one that was in force when that was decided. */
export interface Intention {
  readonly wanted: ClusterText;
  readonly kept: string | undefined;
  /** Who may come in, when that was left open and had to be found. */
  readonly accessFound?: string | undefined;
}

/** The file that was handed in, if the cluster can become what it says. */
export async function intendGiven(
  cluster: OpenCluster,
  place: StatePlace,
  given: ClusterText,
  signal: AbortSignal,
): Promise<Intention> {
  const kept = await readKeptFile(storePorts(cluster, place));
  await checkLasting(cluster.known, kept, given);
  return { kept, ...(await settleAccess(cluster, given, kept, signal)) };
}

/**
 * The file of a cluster that was only named.
 *
 * | the copy here      | the one in force | wanted           |
 * |--------------------|------------------|------------------|
 * | unchanged, or none | whichever        | the one in force |
 * | changed            | unchanged        | the copy here    |
 * | changed            | changed as well  | nobody can tell  |
 */
export async function intendNamed(cluster: OpenCluster, place: StatePlace, signal: AbortSignal): Promise<Intention> {
  const { known, places } = cluster;
  const kept = await readKeptFile(storePorts(cluster, place));
  const copy = await readIfThere(cluster, places.file);
  const isEdited = copy !== undefined && sha256Hex(copy) !== known.fileSha256 && copy !== kept;
  const isOvertaken = kept !== undefined && known.fileSha256 !== undefined && sha256Hex(kept) !== known.fileSha256;
  if (isEdited && isOvertaken) {
    const detail = `${places.file} was edited, and another workstation has meanwhile applied another one.`;
    throw problem('cluster.file-overtaken', { detail });
  }
  const text = isEdited ? copy : (kept ?? copy);
  if (text === undefined) throw unreadable(places.file, 'it is not there, and none is kept with the state');
  const named = await withWholeFolder(await readClusterText(text, places.file), places.file);
  if (isEdited) await checkLasting(known, kept, named);
  return { kept, ...(await settleAccess(cluster, named, kept, signal)) };
}

/** The file that is in force, or was last known here. */
export async function fileInForce(cluster: OpenCluster, place: StatePlace): Promise<ClusterText> {
  const { places } = cluster;
  const text = (await readKeptFile(storePorts(cluster, place))) ?? (await readIfThere(cluster, places.file));
  if (text === undefined) throw unreadable(places.file, 'it is not there, and none is kept with the state');
  return readClusterText(text, places.file);
}

/** Puts the wanted file in force, here and beside the state. Only who holds the lease may. */
export async function putInForce(
  { clusters }: Workstation,
  cluster: OpenCluster,
  place: StatePlace,
  { wanted, kept }: Intention,
): Promise<void> {
  const ports = storePorts(cluster, place);
  const now = await readKeptFile(ports);
  if (now !== kept && now !== wanted.text) {
    throw problem('cluster.file-overtaken', { detail: 'Another run has put another one in force at this moment.' });
  }
  await keepFile(ports, wanted.text);
  await takeCopy(clusters, cluster, wanted.text);
  await tuned(clusters, cluster.known, wanted.spec);
}

/** The copy for people, and the memory of what it was. */
export async function takeCopy(
  clusters: Workstation['clusters'],
  { known, places, ports }: OpenCluster,
  text: string,
): Promise<void> {
  const copy = await readIfThere({ ports }, places.file);
  if (copy !== text) await replaceFile(ports, places.file, text);
  const fileSha256 = sha256Hex(text);
  if (known.fileSha256 !== fileSha256) await clusters.update(known.name, { fileSha256 });
}

function unreadable(path: string, why: string, cause?: unknown) {
  return problem('cluster.file-unreadable', { detail: `${path}: ${why}.`, cause });
}

export async function readFileOf({ ports }: Pick<OpenCluster, 'ports'>, path: string): Promise<string> {
  try {
    return await ports.files.read(path);
  } catch (error) {
    throw unreadable(path, fileTrouble(error), error);
  }
}

async function readIfThere({ ports }: Pick<OpenCluster, 'ports'>, path: string): Promise<string | undefined> {
  try {
    return await ports.files.read(path);
  } catch (error) {
    if (isFileError(error, 'absent')) return undefined;
    throw unreadable(path, fileTrouble(error), error);
  }
}

/** A cluster stays where and what it was made as. */
async function checkLasting(known: KnownCluster, kept: string | undefined, wanted: ClusterText): Promise<void> {
  const { provider, region } = wanted.spec;
  const moved = [
    ...(provider === known.provider ? [] : [`provider: ${known.provider}, not ${provider}`]),
    ...(region === known.region ? [] : [`region: ${known.region}, not ${region}`]),
  ];
  const differences = kept === undefined ? [] : lastingDifferences(await readClusterText(kept, 'kept'), wanted);
  const all = moved.length > 0 ? moved : differences;
  if (all.length === 0) return;
  throw problem('cluster.exists-differently', { detail: [`${known.name} is there already:`, ...all].join('\n  ') });
}

function storePorts({ ports }: Pick<OpenCluster, 'ports'>, { objects }: Pick<StatePlace, 'objects'>) {
  return { objects, clock: ports.clock, random: ports.random };
}
