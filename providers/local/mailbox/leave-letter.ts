import { join } from 'node:path';
import type { Letter } from '#host/mailbox.ts';
import { FileError, isFileError } from '#std/files.ts';
import { nonce } from '#std/random.ts';
import type { LocalWorld } from '../local-world.ts';

/** Names that begin with it are of letters that are still being written. */
const DRAFT = '.';

/**
 * Puts a letter into a box, whole and durable, or not at all. Fails with `exists` when there is one of that name, and with
 * `absent` when there is no such box: it is made with its machine, goes with it, and does not come back.
 */
export async function leaveLetter(
  { files, random }: Pick<LocalWorld, 'files' | 'random'>,
  box: string,
  { name, body }: Letter,
): Promise<void> {
  const draft = join(box, `${DRAFT}${nonce(random)}`);
  try {
    await files.create(draft, body);
  } catch (error) {
    // Its name was drawn at random: taken, it is another writer's, and says nothing about the letter.
    throw isFileError(error, 'exists') ? new FileError('io', error.message, error) : error;
  }
  try {
    await files.link(draft, join(box, name));
  } catch (error) {
    // Whoever is told that it is there may rely on it, also when its writer died before the name was durable.
    if (isFileError(error, 'exists')) await files.syncDirectory(box);
    throw error;
  } finally {
    await files.remove(draft).catch(() => undefined);
  }
  await files.syncDirectory(box);
}

export function isLetter({ name, isDirectory }: { readonly name: string; readonly isDirectory: boolean }): boolean {
  return !isDirectory && !name.startsWith(DRAFT);
}
