import { dirname, isAbsolute, resolve } from 'node:path';
import { writeManifests } from '#config/write-manifests.ts';
import { assert } from '#std/assert.ts';
import { sameJson } from '#std/canonical-json.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';

/** The same file with the whole path of its manifests: its copies are kept where the folder is not beside them. */
export async function withWholeFolder(given: ClusterText, path: string): Promise<ClusterText> {
  const { manifests } = given.spec;
  if (manifests === undefined || isAbsolute(manifests)) return given;
  const folder = resolve(dirname(path), manifests);
  const whole = await readClusterText(await writeManifests(given.text, folder), path);
  assert(sameJson(whole.spec, { ...given.spec, manifests: folder }), 'A whole path of a folder changes nothing else.');
  return whole;
}
