/**
 * | code   | meaning                                             |
 * |--------|-----------------------------------------------------|
 * | absent | no such file or directory                           |
 * | exists | the name is taken                                   |
 * | full   | no space, no quota                                  |
 * | denied | no permission, or a file system that cannot do this |
 * | io     | the disk failed: whether it was done is not known   |
 */
export type FileErrorCode = 'absent' | 'exists' | 'full' | 'denied' | 'io';

export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export function isFileError(error: unknown, code: FileErrorCode): error is FileError {
  return error instanceof FileError && error.code === code;
}

/** Undefined: it is not there. */
export async function unlessAbsent<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isFileError(error, 'absent')) return undefined;
    throw error;
  }
}

/** `no such file or directory`: what a system error says, without the names that people do not need. */
export function fileTrouble(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z0-9]+: (.+?), \w+/.exec(message)?.[1] ?? message;
}

export interface FileEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** A file system as a port. What is made is for its owner's eyes only; every failure is a FileError. */
export interface Files {
  read(path: string): Promise<string>;
  /** A new file whose content is durable; its name is durable once its directory is synced. */
  create(path: string, text: string): Promise<void>;
  /** A second name for a file; never replaces one. */
  link(existing: string, added: string): Promise<void>;
  /** Absent is fine. */
  remove(path: string): Promise<void>;
  list(directory: string): Promise<readonly FileEntry[]>;
  /** With its parents, durably; there already is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Absent and not empty are fine. */
  removeDirectory(path: string): Promise<void>;
  /** Makes the names in it durable. */
  syncDirectory(path: string): Promise<void>;
  /** By the file system's own clock: comparable among its files only. */
  modifiedMs(path: string): Promise<number>;
}
