import { dirname, join } from 'node:path';
import type { Files } from '#std/files.ts';

/** Names that begin with it are of files that are still being written. */
export const DRAFT = '.';

/** The slowest writer adds something to its file far more often. */
const LEFT_AFTER_MS = 3_600_000;

/** Removes what writers have left beside this draft that were killed: the file system's own clock tells how long ago. */
export async function clearLeftDrafts(files: Files, own: string): Promise<void> {
  const directory = dirname(own);
  try {
    const nowMs = await files.modifiedMs(own);
    for (const { name, isDirectory } of await files.list(directory)) {
      if (isDirectory || !name.startsWith(DRAFT)) continue;
      const path = join(directory, name);
      if ((await files.modifiedMs(path)) < nowMs - LEFT_AFTER_MS) await files.remove(path);
    }
  } catch {
    // What is left costs room and nothing else; whoever it is of may be removing it at this moment.
  }
}
