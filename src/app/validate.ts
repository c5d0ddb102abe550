import type { Target } from './app.ts';
import { readClusterText } from './cluster-text.ts';
import { readFileOf } from './intention.ts';
import { withWholeFolder } from './whole-folder.ts';
import type { Workstation } from './workstation.ts';

/** Checks a cluster file, and its manifests, without asking anybody: the one that is named, or the copy that is kept here. */
export async function validate(
  workstation: Workstation,
  target: Target,
): Promise<{ readonly name: string; readonly warnings: readonly string[] }> {
  const path = 'file' in target ? target.file : await copyOf(workstation, target.name);
  const text = await readClusterText(await readFileOf(workstation, path), path);
  const { spec, warnings } = await withWholeFolder(text, path);
  if (spec.manifests !== undefined) await checkManifests(workstation, spec.manifests);
  return { name: spec.name, warnings };
}

async function copyOf({ clusters, places }: Workstation, name: string): Promise<string> {
  return places.of((await clusters.get(name)).name).file;
}

/** What the cluster is given beside them is known only when it is planned. */
async function checkManifests({ ports }: Workstation, folder: string): Promise<void> {
  const { readManifestFolder } = await import('#kubernetes/manifest-folder.ts');
  await readManifestFolder(ports.files, folder, []);
}
