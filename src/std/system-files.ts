import { link, mkdir, open, readdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FileEntry, type FileErrorCode, type Files, isFileError } from './files.ts';
import { syncPath, systemCodeOf, translated } from './system-file-trouble.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** The disk of this machine. */
export class SystemFiles implements Files {
  read(path: string): Promise<string> {
    return translated(() => readFile(path, 'utf8'));
  }

  create(path: string, text: string): Promise<void> {
    return translated(async () => {
      await using file = await open(path, 'wx', FILE_MODE);
      await file.writeFile(text);
      await file.sync();
    });
  }

  link(existing: string, added: string): Promise<void> {
    return translated(() => link(existing, added));
  }

  remove(path: string): Promise<void> {
    return unless(['absent'], () => unlink(path));
  }

  list(directory: string): Promise<readonly FileEntry[]> {
    return translated(async () => {
      const entries = await readdir(directory, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
    });
  }

  makeDirectory(path: string): Promise<void> {
    return translated(async () => {
      const first = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
      if (first === undefined) return;
      let made = path;
      while (made !== first) {
        made = dirname(made);
        await syncPath(made);
      }
      await syncPath(dirname(first));
    });
  }

  removeDirectory(path: string): Promise<void> {
    return translated(async () => {
      try {
        await rmdir(path);
      } catch (error) {
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(error))) throw error;
      }
    });
  }

  syncDirectory(path: string): Promise<void> {
    return translated(() => syncPath(path));
  }

  modifiedMs(path: string): Promise<number> {
    return translated(async () => (await stat(path)).mtimeMs);
  }
}

async function unless(fine: readonly FileErrorCode[], act: () => Promise<void>): Promise<void> {
  try {
    await translated(act);
  } catch (error) {
    if (!fine.some((code) => isFileError(error, code))) throw error;
  }
}
