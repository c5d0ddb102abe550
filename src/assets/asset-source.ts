import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import type { LockedAsset } from './asset-lock.ts';

/** The makers themselves, each at the address that the lock names. */
export const UPSTREAM = 'upstream';

/** What is to be had, and where. */
export interface WantedAsset {
  readonly name: string;
  readonly sha256: string;
  /** An address, the whole path of a file, or `program`: what this program makes itself. */
  readonly from: string;
}

/** What the program makes itself comes from nowhere else. */
export const FROM_PROGRAM = 'program';

/** Refused when nobody has it. */
export function wantedFrom(source: string, asset: LockedAsset): WantedAsset {
  const { name, version, sha256 } = asset;
  const from = placeIn(source, asset);
  if (from !== undefined) return { name, sha256, from };
  const detail = `${name} ${version}: the lock names no address of it, so only a folder or a mirror can have it.`;
  throw problem('assets.unavailable', { detail });
}

/**
 * Where an asset is to be had. A folder and a mirror have each under its digest and nothing else, so that a copy of one is
 * the other, and files of several versions lie beside each other.
 *
 * | source                    | where                                    |
 * |---------------------------|------------------------------------------|
 * | `upstream`                | the address in the lock                  |
 * | `/srv/assets`             | `/srv/assets/<sha256>`                   |
 * | `https://mirror/assets`   | `https://mirror/assets/<sha256>`         |
 *
 * Undefined: its maker does not publish it.
 */
export function placeIn(source: string, { sha256, url }: LockedAsset): string | undefined {
  if (source === UPSTREAM) return url;
  return isAddress(source) ? new URL(sha256, source.endsWith('/') ? source : `${source}/`).href : join(source, sha256);
}

export function isAddress(from: string): boolean {
  return /^https?:\/\//.test(from);
}
