import { isProblem } from '#engine/problem.ts';
import type { Target } from '../app.ts';
import { type ClusterText, readClusterText } from '../cluster-text.ts';
import { readFileOf } from '../intention.ts';
import { readCluster } from '../read-cluster.ts';
import { withWholeFolder } from '../whole-folder.ts';
import type { Workstation } from '../workstation.ts';
import type { ValidationFinding } from './finding.ts';

export interface Validation {
  readonly name: string;
  /** Of the cluster file. */
  readonly warnings: readonly string[];
  /** Of the cluster as it runs; undefined: only a file was named, or nothing was made of it yet. */
  readonly running?: readonly ValidationFinding[] | undefined;
}

interface Asked {
  readonly target: Target;
  /** What keeps others out is looked at, too. */
  readonly security: boolean;
}

/**
 * | what is named | is checked                                                          |
 * |---------------|---------------------------------------------------------------------|
 * | a file        | it and its manifests, and nobody is asked                           |
 * | a cluster     | the copy of its file that is kept here, and the cluster as it runs  |
 */
export async function validate(
  workstation: Workstation,
  { target, security }: Asked,
  signal: AbortSignal,
): Promise<Validation> {
  if ('file' in target) {
    const { spec, warnings } = await fileAt(workstation, target.file);
    await checkManifests(workstation, spec);
    return { name: spec.name, warnings };
  }
  const { clusters, places } = workstation;
  const { name } = await clusters.get(target.name);
  const { spec, warnings } = await fileAt(workstation, places.of(name).file);
  const [manifests, running] = await Promise.all([
    checkManifests(workstation, spec).then(() => [], manifestFinding(name)),
    judgeCluster(workstation, { target, security }, signal),
  ]);
  return { name: spec.name, warnings, running: running && [...manifests, ...running] };
}

async function fileAt(workstation: Workstation, path: string): Promise<ClusterText> {
  return withWholeFolder(await readClusterText(await readFileOf(workstation, path), path), path);
}

/** What the cluster is given beside them is known only when it is planned. */
async function checkManifests({ ports }: Workstation, { manifests }: ClusterText['spec']): Promise<void> {
  if (manifests === undefined) return;
  const { readManifestFolder } = await import('#kubernetes/manifest-folder.ts');
  await readManifestFolder(ports.files, manifests, []);
}

/** What runs is judged all the same: its folder may be on another workstation. */
function manifestFinding(name: string): (error: unknown) => readonly ValidationFinding[] {
  return (error) => {
    if (!isProblem(error)) throw error;
    return [{ check: 'manifests', verdict: 'care', what: error.detail, next: `bootstrap plan ${name}` }];
  };
}

/** Undefined: there is none yet. */
async function judgeCluster(
  workstation: Workstation,
  { target, security }: Asked,
  signal: AbortSignal,
): Promise<readonly ValidationFinding[] | undefined> {
  const reading = await readCluster(workstation, target, signal).catch((error: unknown) => {
    if (isProblem(error, 'state.absent')) return undefined;
    throw error;
  });
  if (reading === undefined || reading.snapshot.tombstone) return undefined;
  const { judgeRunning } = await import('./running.ts');
  const findings = await judgeRunning(workstation.ports, reading, signal);
  if (!security) return findings;
  const { judgeSecurity } = await import('./security-of-cluster.ts');
  return [...findings, ...(await judgeSecurity(workstation.ports, reading, signal))];
}
