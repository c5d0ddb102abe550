import { problem } from '#engine/problem.ts';
import { DownloadError, type DownloadErrorCode } from '#std/downloads.ts';

const CODES = {
  lost: 'local.image-unavailable',
  distrusted: 'local.image-unavailable',
  unavailable: 'local.image-unavailable',
  other: 'local.image-digest',
  'no-room': 'local.disk-full',
} as const satisfies Readonly<Record<DownloadErrorCode, string>>;

/** What cannot be downloaded is for people to mend. */
export async function orImageProblem<T>(download: () => Promise<T>): Promise<T> {
  try {
    return await download();
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw problem(CODES[error.code], { detail: error.message, cause: error });
  }
}

export function imageUnavailable(url: URL, why: string): Error {
  return problem(CODES.unavailable, { detail: `${url.href}: ${why}` });
}
