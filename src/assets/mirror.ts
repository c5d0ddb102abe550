import { join } from 'node:path';
import type { Disk } from '#std/disk.ts';
import { type Files, unlessAbsent } from '#std/files.ts';
import { mapLimit } from '#std/map-limit.ts';
import { nonce, type Random } from '#std/random.ts';
import type { AssetCache } from './asset-cache.ts';
import { LOCK_FILE, type LockedAsset, renderAssetLock } from './asset-lock.ts';
import { wantedFrom } from './asset-source.ts';

export interface MirrorGround {
  readonly files: Files;
  readonly disk: Disk;
  readonly random: Random;
}

export interface MirrorOrder {
  readonly assets: readonly LockedAsset[];
  /** Where they come from. */
  readonly source: string;
  /** The folder that is to have them. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Hears of each that is there. */
  readonly tell: (asset: LockedAsset, turn: MirrorTurn) => void;
}

/** What became of one: it came just now, or it was there and is whole. */
type MirrorTurn = 'fetched' | 'there';

export type FileVerdict = 'whole' | 'damaged' | 'missing';

/** A few at once: one of them is often slow. */
const AT_ONCE = 4;

/**
 * Sees to it that a folder has each of them under its digest, whole, and the lock beside them: so the folder is a source,
 * and so is whatever it is copied to. What is whole is not fetched again, and what came half is gone on with.
 */
export async function fillMirror(ground: MirrorGround, cache: AssetCache, order: MirrorOrder): Promise<void> {
  const { assets, source, to, signal, tell } = order;
  const { files, disk } = ground;
  await files.makeDirectory(to);
  await mapLimit(assets, AT_ONCE, async (asset) => {
    const isThere = (await verdictOn(disk, join(to, asset.sha256), asset.sha256, signal)) === 'whole';
    if (!isThere) await bring(ground, await cache.obtain(wantedFrom(source, asset), signal), join(to, asset.sha256));
    tell(asset, isThere ? 'there' : 'fetched');
  });
  await disk.write(join(to, LOCK_FILE), new TextEncoder().encode(renderAssetLock(assets)));
}

/** Reads every byte of all that a folder is to have. */
export async function verifyMirror(
  { disk }: Pick<MirrorGround, 'disk'>,
  folder: string,
  assets: readonly LockedAsset[],
  signal: AbortSignal,
): Promise<readonly (readonly [LockedAsset, FileVerdict])[]> {
  return mapLimit(assets, AT_ONCE, async (asset) => {
    const verdict = await verdictOn(disk, join(folder, asset.sha256), asset.sha256, signal);
    return [asset, verdict] as const;
  });
}

/** Nobody who reads the folder ever sees half of one. */
export async function bring({ disk, random }: MirrorGround, from: string, to: string): Promise<void> {
  const draft = `${to}.${nonce(random)}`;
  try {
    await disk.copy(from, draft);
    await disk.rename(draft, to);
  } finally {
    await disk.removeTree(draft);
  }
}

async function verdictOn(disk: Disk, path: string, sha256: string, signal: AbortSignal): Promise<FileVerdict> {
  const found = await unlessAbsent(() => disk.digest(path, 'sha256', signal));
  if (found === undefined) return 'missing';
  return found === sha256 ? 'whole' : 'damaged';
}
