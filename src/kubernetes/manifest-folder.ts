import { join } from 'node:path';
import { isProblem, problem } from '#engine/problem.ts';
import { type Files, fileTrouble } from '#std/files.ts';
import { groupOf, type Manifest, titleOf, type WantedObject } from './manifest.ts';
import { type ManifestFault, type ManifestFile, type ReadManifests, readManifests } from './manifest-text.ts';

/** Of a folder that was meant there is no end of it: one that was not, such as a home, would be walked for minutes. */
const ENTRIES_MAX = 10_000;
const SIZE_MAX_MIB = 8;
const OBJECTS_MAX = 1_000;
const SHOWN_MAX = 50;
const MANIFEST_FILE = /^[^.].*\.(?:ya?ml|json)$/;
const HIDDEN = /^\./;

type Reading = Pick<Files, 'list' | 'read'>;

/** Every manifest in a folder and the folders in it, in the order of their names; or one Problem with all that is wrong. */
export async function readManifestFolder(
  files: Reading,
  folder: string,
  given: readonly Manifest[],
): Promise<readonly WantedObject[]> {
  const [yaml, found] = await Promise.all([import('yaml'), readFolder(files, folder)]);
  const read = found.map((file) => readManifests(yaml, file));
  const objects = read.flatMap((one) => one.found);
  const faults = [...read.flatMap((one) => one.faults), ...repetitions(objects, given)];
  if (faults.length > 0) throw problem('manifests.invalid', { detail: inWords(faults) });
  if (objects.length > OBJECTS_MAX) throw tooMuch(folder, `${objects.length} objects, of which ${OBJECTS_MAX}`);
  return objects.map(({ place: _place, ...object }) => object);
}

async function readFolder(files: Reading, folder: string): Promise<readonly ManifestFile[]> {
  const found: ManifestFile[] = [];
  let [entries, bytes] = [0, 0];
  const walk = async (within: string): Promise<void> => {
    const listed = await files.list(join(folder, within));
    entries += listed.length;
    if (entries > ENTRIES_MAX) throw tooMuch(folder, `more files than the ${ENTRIES_MAX} that`);
    const sorted = listed.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    for (const entry of sorted) {
      const name = join(within, entry.name);
      if (entry.isDirectory && !HIDDEN.test(entry.name)) await walk(name);
      if (entry.isDirectory || !MANIFEST_FILE.test(entry.name)) continue;
      const path = join(folder, name);
      const text = await files.read(path);
      bytes += Buffer.byteLength(text);
      if (bytes > SIZE_MAX_MIB * 2 ** 20) throw tooMuch(folder, `more than the ${SIZE_MAX_MIB} MiB of manifests that`);
      found.push({ path, name, text });
    }
  };
  await walk('').catch((error: unknown) => {
    throw isProblem(error) ? error : unreadable(folder, error);
  });
  return found;
}

type Found = ReadManifests['found'][number];

/** What is there twice, and what the cluster has from elsewhere. */
function repetitions(objects: readonly Found[], given: readonly Manifest[]): readonly ManifestFault[] {
  const taken = new Set([...given.map(identityOf), ...EVERYWHERE.map(identityOf)]);
  const first = new Map<string, Found>();
  return objects.flatMap((object): readonly ManifestFault[] => {
    const { manifest, place } = object;
    const [identity, title] = [identityOf(manifest), titleOf(manifest)];
    if (taken.has(identity)) return [{ ...place, what: `${title} is the cluster's own.` }];
    const before = first.get(identity)?.place;
    if (before === undefined) {
      first.set(identity, object);
      return [];
    }
    return [{ ...place, what: `${title} stands at ${spell(before)} already.` }];
  });
}

/** The API makes them by itself. */
const EVERYWHERE: readonly Manifest[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}));

/** Of two kinds with one name in two groups there are two. */
function identityOf(manifest: Manifest): string {
  const { namespace = 'default', name } = manifest.metadata;
  return [groupOf(manifest), manifest.kind, namespace, name].join(' ');
}

function inWords(faults: readonly ManifestFault[]): string {
  const shown = faults.slice(0, SHOWN_MAX).map((fault) => `${spell(fault)}: ${fault.what}`);
  const hidden = faults.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`… and ${hidden} more.`] : [])].join('\n');
}

function spell({ path, line, column }: Pick<ManifestFault, 'path' | 'line' | 'column'>): string {
  return `${path}:${line}:${column}`;
}

function tooMuch(folder: string, what: string) {
  return problem('manifests.invalid', { detail: `${folder} has ${what} are read at most.` });
}

function unreadable(folder: string, error: unknown) {
  return problem('manifests.unreadable', { detail: `${folder}: ${fileTrouble(error)}.`, cause: error });
}
