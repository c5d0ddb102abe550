import type { Clock } from './clock.ts';
import { type DownloadAnswer, DownloadError, type DownloadRequest, type Downloads } from './downloads.ts';
import type { Random } from './random.ts';

export interface DownloadGround {
  readonly clock: Clock;
  readonly random: Random;
  readonly downloads: Downloads;
}

/** So long nothing may come. */
const SILENCE_MS = 60_000;
const REDIRECTS_MAX = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TRIES = 5;
const PAUSE_FIRST_MS = 1_000;
const GIVEN_UP = 'given up';

/** Fails as lost when the promise takes longer than a server may be silent. */
export async function beforeSilence<T>({ clock }: Pick<DownloadGround, 'clock'>, promise: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const silence = clock.sleep(SILENCE_MS, settled.signal).then(() => {
    throw new DownloadError('lost', `Nothing came for ${SILENCE_MS / 1_000} seconds.`);
  });
  silence.catch(() => undefined);
  try {
    return await Promise.race([promise, silence]);
  } finally {
    settled.abort(GIVEN_UP);
  }
}

/** The answer of whoever has the file in the end; the one who is asked may send us on, though never from https to http. */
export async function openAnswer(ground: DownloadGround, request: DownloadRequest): Promise<DownloadAnswer> {
  let { url } = request;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
    const answer = await beforeSilence(ground, ground.downloads.get({ ...request, url }));
    if (!REDIRECTS.has(answer.status)) return answer;
    const { location = '' } = answer.headers;
    answer[Symbol.dispose]();
    const next = URL.parse(location, url.href);
    if (next === null || !/^https?:$/.test(next.protocol)) throw unavailable(url, `It sends us on to "${location}".`);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw unavailable(url, `It sends us on to ${next.href}, which nothing protects on its way.`);
    url = next;
  }
  throw unavailable(request.url, `It sends us on more than ${REDIRECTS_MAX} times.`);
}

/** A status that may be another one in a moment. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** How often something may fail in a row before it is given up, and how long to wait before it is tried again. */
export class Patience {
  readonly #ground: DownloadGround;
  readonly #url: URL;
  #failures = 0;

  constructor(ground: DownloadGround, url: URL) {
    this.#ground = ground;
    this.#url = url;
  }

  /** Something came: whatever fails from now on fails for the first time. */
  progress(): void {
    this.#failures = 0;
  }

  async afterLoss(why: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#failures += 1;
    if (this.#failures >= TRIES) throw unavailable(this.#url, `${why} (${TRIES} times in a row)`);
    const pauseMs = PAUSE_FIRST_MS * 2 ** (this.#failures - 1);
    await this.#ground.clock.sleep(pauseMs * (0.5 + this.#ground.random.float() / 2), signal);
  }
}

export function unavailable(url: URL, why: string): DownloadError {
  return new DownloadError('unavailable', `${url.href}: ${why}`);
}

/** What was lost, in words; everything else is thrown on. */
export function lossIn(error: unknown, url: URL): string {
  if (error instanceof DownloadError && error.code === 'lost') return error.message;
  if (error instanceof DownloadError && error.code === 'distrusted')
    throw unavailable(url, `The server cannot prove that it is the one: ${error.message}`);
  throw error;
}
