import { dirname } from 'node:path';
import type { Files } from '#std/files.ts';
import { nonce, type Random } from '#std/random.ts';

/** Gives a file for people another content. It may be missing for a moment, never torn. */
export async function replaceFile(
  { files, random }: { readonly files: Files; readonly random: Random },
  path: string,
  text: string,
): Promise<void> {
  const directory = dirname(path);
  const temporary = `${path}.${nonce(random)}`;
  await files.makeDirectory(directory);
  await files.create(temporary, text);
  try {
    await files.remove(path);
    await files.link(temporary, path);
  } finally {
    await files.remove(temporary);
  }
  await files.syncDirectory(directory);
}
