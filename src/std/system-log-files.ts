import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogFiles } from './log-files.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Logs on the disk of this machine. */
export class SystemLogFiles implements LogFiles {
  async append(path: string, text: string): Promise<void> {
    try {
      await appendFile(path, text, { mode: FILE_MODE });
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
      await appendFile(path, text, { mode: FILE_MODE });
    }
  }

  async readFrom(path: string, offset: number): Promise<{ readonly text: string; readonly offset: number }> {
    try {
      await using file = await open(path, 'r');
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - offset));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return { text: bytes.toString('utf8', 0, bytesRead), offset: offset + bytesRead };
    } catch (error) {
      if (isAbsent(error)) return { text: '', offset };
      throw error;
    }
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
