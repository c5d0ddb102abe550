import type { ListedImage } from '#app/images.ts';

const MIB = 2 ** 20;
const ID_SHOWN = 12;
const ORIGINS = { download: 'downloaded', file: 'from a file', build: 'built here' } as const;

/** `3f1c9a0b77e2  debian-13  amd64  downloaded  412 MiB  2026-11-21` */
export function imageCells({ id, is, sizeBytes, lastUsedMs }: ListedImage): readonly string[] {
  const used = lastUsedMs === undefined ? 'never used' : `used ${new Date(lastUsedMs).toISOString().slice(0, 10)}`;
  const what = is === undefined ? ['cannot be read', '', ''] : [is.system, is.architecture, ORIGINS[is.origin]];
  return [shortId(id), ...what, `${Math.ceil(sizeBytes / MIB)} MiB`, used];
}

/** Enough to tell those of one workstation apart. */
export function shortId(id: string): string {
  return id.slice(0, ID_SHOWN);
}
