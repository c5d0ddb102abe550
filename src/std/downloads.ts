/**
 * | code        | meaning                                                                   |
 * |-------------|---------------------------------------------------------------------------|
 * | lost        | no connection, or it ended before the answer did: may go better later     |
 * | distrusted  | the other end could not prove who it is: nothing was read                 |
 * | unavailable | it was tried often enough, or will not go better however often it is tried |
 * | other       | what came has another digest than was published; it was removed           |
 * | no-room     | it would not fit on the disk                                              |
 */
export type DownloadErrorCode = 'lost' | 'distrusted' | 'unavailable' | 'other' | 'no-room';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code: DownloadErrorCode;

  constructor(code: DownloadErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface DownloadRequest {
  readonly url: URL;
  /** The first byte that is wanted. @default 0 */
  readonly offset?: number | undefined;
  /** The entity tag or date of what an earlier answer began with: of another file the server is to send all. */
  readonly ifRange?: string | undefined;
  readonly signal: AbortSignal;
}

/** The connection ends with it, whether or not all was read. */
export interface DownloadAnswer extends Disposable {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Once. One that ends early fails with a DownloadError. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** GET by http and https, as a port. Follows nothing, tries nothing twice, and has no patience of its own: that is the caller's. */
export interface Downloads {
  get(request: DownloadRequest): Promise<DownloadAnswer>;
}
