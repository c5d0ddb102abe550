import { problem } from '#engine/problem.ts';
import { DownloadError, type DownloadErrorCode } from '#std/downloads.ts';
import type { WantedAsset } from './asset-source.ts';

const CODES = {
  lost: 'assets.unavailable',
  distrusted: 'assets.unavailable',
  unavailable: 'assets.unavailable',
  other: 'assets.digest',
  'no-room': 'assets.no-room',
} as const satisfies Readonly<Record<DownloadErrorCode, string>>;

/** What cannot be downloaded is for people to mend. */
export async function orAssetProblem<T>({ name }: WantedAsset, download: () => Promise<T>): Promise<T> {
  try {
    return await download();
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw problem(CODES[error.code], { detail: `${name}: ${error.message}`, cause: error });
  }
}

export function unavailable({ name, from }: WantedAsset, why: string, cause?: unknown): Error {
  return problem('assets.unavailable', { detail: `${name}: ${from}: ${why}`, cause });
}

export function otherDigest({ name, sha256, from }: WantedAsset, found: string): Error {
  const detail = `${name}: ${from} was to be sha256:${sha256} and is sha256:${found}. Nothing of it was kept.`;
  return problem('assets.digest', { detail });
}
