import type { Target } from './app.ts';
import { readClusterText } from './cluster-text.ts';
import { readFileOf } from './intention.ts';
import type { Workstation } from './workstation.ts';

/** Checks a cluster file without asking anybody: the one that is named, or the copy that is kept here. */
export async function validate(
  workstation: Workstation,
  target: Target,
): Promise<{ readonly name: string; readonly warnings: readonly string[] }> {
  const path = 'file' in target ? target.file : await copyOf(workstation, target.name);
  const { spec, warnings } = await readClusterText(await readFileOf(workstation, path), path);
  return { name: spec.name, warnings };
}

async function copyOf({ clusters, places }: Workstation, name: string): Promise<string> {
  return places.of((await clusters.get(name)).name).file;
}
