import { join } from 'node:path';
import { isFileError } from '#std/files.ts';
import { unlessAbsent } from './acts.ts';
import type { LocalWorld } from './local-world.ts';

type Ground = Pick<LocalWorld, 'files'>;

/**
 * Takes the first that nobody has, for good: a file that can be made only once says who has it. Whoever has one already
 * is given that. Undefined: all are taken.
 */
export async function lease(
  { files }: Ground,
  directory: string,
  { holder, among }: { readonly holder: string; readonly among: Iterable<string> | AsyncIterable<string> },
): Promise<string | undefined> {
  await files.makeDirectory(directory);
  for await (const candidate of among) {
    const path = join(directory, candidate);
    try {
      await files.create(path, holder);
      await files.syncDirectory(directory);
      return candidate;
    } catch (error) {
      if (!isFileError(error, 'exists')) throw error;
      if ((await unlessAbsent(() => files.read(path))) === holder) return candidate;
    }
  }
  return undefined;
}

/** All that somebody has, for whatever. */
export async function giveBack({ files }: Ground, directory: string, holder: string): Promise<void> {
  for (const { name } of (await unlessAbsent(() => files.list(directory))) ?? []) {
    const path = join(directory, name);
    const [owner] = ((await unlessAbsent(() => files.read(path))) ?? '').split(' ');
    if (owner === holder) await files.remove(path);
  }
}
