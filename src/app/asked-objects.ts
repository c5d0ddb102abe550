import type { ClusterSpec } from '#config/cluster-file.ts';
import { problem } from '#engine/problem.ts';
import type { Manifest, WantedObject } from '#kubernetes/manifest.ts';
import type { AppPorts } from './ports.ts';

/** What the file of a cluster asks to be put into its API, read anew each time; `given` is what every cluster is given. */
export async function askedObjects(
  { files }: Pick<AppPorts, 'files'>,
  { manifests: folder }: Pick<ClusterSpec, 'manifests'>,
  given: readonly Manifest[] | undefined,
): Promise<readonly WantedObject[]> {
  if (folder === undefined) return [];
  if (given === undefined) {
    const detail = `The cluster file names ${folder}, and its machines are given nothing of Kubernetes.`;
    throw problem('manifests.no-kubernetes', { detail });
  }
  const { readManifestFolder } = await import('#kubernetes/manifest-folder.ts');
  return readManifestFolder(files, folder, given);
}
