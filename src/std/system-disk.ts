import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, type FileHandle, open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DigestAlgorithm, Disk } from './disk.ts';
import { syncPath, systemCodeOf, translated } from './system-file-trouble.ts';

const FILE_MODE = 0o600;
const PIECE_BYTES = 1 << 20;

/** The disk of this machine. */
export class SystemDisk implements Disk {
  write(path: string, bytes: Uint8Array): Promise<void> {
    return inPlaceOf(path, async (temporary) => {
      await using file = await open(temporary, 'wx', FILE_MODE);
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  readBytes(path: string): Promise<Uint8Array> {
    return translated(() => readFile(path));
  }

  head(path: string, bytes: number): Promise<Uint8Array> {
    return translated(async () => {
      await using file = await open(path, 'r');
      const found = Buffer.alloc(bytes);
      const { bytesRead } = await file.read(found, 0, bytes, 0);
      return found.subarray(0, bytesRead);
    });
  }

  tail(path: string, bytes: number): Promise<Uint8Array> {
    return translated(async () => {
      try {
        await using file = await open(path, 'r');
        const { size } = await file.stat();
        const found = Buffer.alloc(Math.min(size, bytes));
        const { bytesRead } = await file.read(found, 0, found.length, size - found.length);
        return found.subarray(0, bytesRead);
      } catch (error) {
        if (isAbsence(error)) return new Uint8Array();
        throw error;
      }
    });
  }

  async *pieces(path: string, from: number): AsyncGenerator<Uint8Array> {
    await using file = await translated(() => open(path, 'r'));
    for (let offset = from; ;) {
      const place = offset;
      const { buffer, bytesRead } = await translated(() =>
        file.read({ buffer: Buffer.alloc(PIECE_BYTES), position: place }),
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      offset += bytesRead;
    }
  }

  /** What the source of the pieces throws is its own, and not the disk's: what came before it stays. */
  async append(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    await using file = await translated(() => open(path, 'a', FILE_MODE));
    try {
      for await (const piece of pieces) await translated(() => writeWhole(file, piece));
    } finally {
      await translated(() => file.sync());
    }
    return await translated(async () => {
      await syncPath(dirname(path));
      return (await file.stat()).size;
    });
  }

  size(path: string): Promise<number | undefined> {
    return translated(async () => {
      try {
        return (await stat(path)).size;
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    });
  }

  async digest(path: string, algorithm: DigestAlgorithm, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const hash = createHash(algorithm);
    await translated(async () => {
      const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: PIECE_BYTES });
      for await (const piece of stream) {
        if (signal?.aborted === true) return;
        hash.update(piece);
      }
    });
    signal?.throwIfAborted();
    return hash.digest('hex');
  }

  rename(from: string, to: string): Promise<void> {
    return translated(async () => {
      await rename(from, to);
      await syncPath(dirname(to));
      if (dirname(from) !== dirname(to)) await syncPath(dirname(from));
    });
  }

  copy(from: string, to: string): Promise<void> {
    return inPlaceOf(to, async (temporary) => {
      await cloneOrCopy(from, temporary);
      await syncPath(temporary);
    });
  }

  removeTree(path: string): Promise<void> {
    return translated(() => rm(path, { recursive: true, force: true }));
  }

  free(path: string): Promise<number> {
    return translated(async () => {
      for (let place = path; ; place = dirname(place)) {
        try {
          const { bavail, bsize } = await statfs(place);
          return bavail * bsize;
        } catch (error) {
          if (!isAbsence(error) || place === dirname(place)) throw error;
        }
      }
    });
  }
}

/** Nobody ever sees a part of it: it is made beside its place, and put there when it is whole. */
function inPlaceOf(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  return translated(async () => {
    const temporary = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await make(temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncPath(dirname(path));
  });
}

/** File systems that can, share the blocks; elsewhere holes stay holes, for a disk's image is mostly these. */
async function cloneOrCopy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    await chmod(to, FILE_MODE);
  } catch {
    await copyWithHoles(from, to);
  }
}

async function copyWithHoles(from: string, to: string): Promise<void> {
  await using source = await open(from, 'r');
  await using target = await open(to, 'w', FILE_MODE);
  const piece = Buffer.alloc(PIECE_BYTES);
  const nothing = Buffer.alloc(PIECE_BYTES);
  let offset = 0;
  for (;;) {
    const { bytesRead } = await source.read(piece, 0, PIECE_BYTES, offset);
    if (bytesRead === 0) break;
    const found = piece.subarray(0, bytesRead);
    if (!found.equals(nothing.subarray(0, bytesRead))) await writeWhole(target, found, offset);
    offset += bytesRead;
  }
  await target.truncate(offset);
}

/** One request may write less than it was given. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, offset?: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const place = offset === undefined ? null : offset + done;
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, place);
    done += bytesWritten;
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error));
}
