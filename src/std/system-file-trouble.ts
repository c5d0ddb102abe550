import { open } from 'node:fs/promises';
import { FileError, type FileErrorCode } from './files.ts';

const CODES: ReadonlyMap<string, FileErrorCode> = new Map([
  ['ENOENT', 'absent'],
  ['ENOTDIR', 'absent'],
  ['EEXIST', 'exists'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['EMLINK', 'full'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EROFS', 'denied'],
  ['ENOSYS', 'denied'],
  ['ENOTSUP', 'denied'],
  ['EOPNOTSUPP', 'denied'],
]);

/** What the system says of a failure, as a FileError. */
export async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new FileError(CODES.get(systemCodeOf(error)) ?? 'io', message, error);
  }
}

/** `ENOENT`; empty when the system did not say it. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Makes durable what is written in a file, or the names in a directory. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
