import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';
import { sha256Hex } from '#std/hash.ts';
import { storedGzip } from '#std/stored-gzip.ts';
import { type TarEntry, tarArchive } from '#std/tar.ts';

/** The scripts that make a machine a node, as one file that every machine fetches and checks by its digest. */
export interface NodeBundle {
  readonly sha256: string;
  /** A `tar.gz`. */
  readonly bytes: Uint8Array;
}

/** From here and from where this is built to, the same steps lead to it. */
const FOLDER = fileURLToPath(new URL('../../cloud-init/node', import.meta.url));
/** What is named otherwise is not ours: an editor, or an interpreter, has left it there. */
const NAME = /^[a-z][\w.-]*$/;
const IS_PROGRAM = /^[^.]+$|\.(?:sh|py)$/;
const PROGRAM_MODE = 0o755;
const FILE_MODE = 0o644;

type Reading = Pick<Files, 'read' | 'list'>;

/** The same scripts are the same bytes, whoever packs them. */
export async function readNodeBundle(files: Reading, folder = FOLDER): Promise<NodeBundle> {
  const bytes = storedGzip(tarArchive(await entriesIn(files, folder, '')));
  return { sha256: sha256Hex(bytes), bytes };
}

async function entriesIn(files: Reading, folder: string, prefix: string): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [];
  for (const { name, isDirectory } of await files.list(folder)) {
    if (!NAME.test(name)) continue;
    const path = join(folder, name);
    if (isDirectory) {
      entries.push(...(await entriesIn(files, path, `${prefix}${name}/`)));
      continue;
    }
    const mode = IS_PROGRAM.test(name) ? PROGRAM_MODE : FILE_MODE;
    entries.push({ name: prefix + name, mode, bytes: Buffer.from(await files.read(path)) });
  }
  return entries;
}
