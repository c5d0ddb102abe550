import { problem } from '#engine/problem.ts';
import type { Disk } from '#std/disk.ts';

/** What others on this workstation need while we write. */
const SPARE_BYTES = 64 * 1_048_576;

interface Need {
  readonly path: string;
  readonly bytes: number;
  /** For people: "the image". */
  readonly what: string;
}

/** Says before the first byte that the last one will not fit. */
export async function roomFor(disk: Pick<Disk, 'free'>, { path, bytes, what }: Need): Promise<void> {
  const free = await disk.free(path);
  const needed = bytes + SPARE_BYTES;
  if (free >= needed) return;
  throw problem('local.disk-full', { detail: `${what} needs ${mib(needed)} at ${path}, where ${mib(free)} are free.` });
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}
