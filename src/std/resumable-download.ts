import { join } from 'node:path';
import type { DigestAlgorithm, Disk } from './disk.ts';
import {
  beforeSilence,
  type DownloadGround,
  isPassing,
  lossIn,
  openAnswer,
  Patience,
  unavailable,
} from './download-answer.ts';
import { type DownloadProgress, Pace } from './download-pace.ts';
import { type DownloadAnswer, DownloadError } from './downloads.ts';
import { type Files, unlessAbsent } from './files.ts';

export interface FileGround extends DownloadGround {
  readonly files: Files;
  readonly disk: Disk;
}

export interface PublishedDigest {
  readonly algorithm: DigestAlgorithm;
  /** In small hexadecimal digits. */
  readonly value: string;
}

export interface WantedFile {
  readonly url: URL;
  readonly digest: PublishedDigest;
}

export interface DownloadManner {
  readonly signal: AbortSignal;
  readonly tell: (progress: DownloadProgress) => void;
}

/** What a part is a part of: beside it from before its first byte. */
interface Begun {
  readonly url: string;
  readonly digest: string;
  readonly size: number | undefined;
  /** An entity tag or a date. */
  readonly version: string | undefined;
}

const PART = 'file.part';
const BEGUN = 'begun.json';
/** What others on this workstation need while we write. */
const SPARE_BYTES = 64 * 1_048_576;

/**
 * Fetches a file into the directory, going on with whatever an earlier process has left in it. Resolves with its path when
 * all has come and has the digest; nothing else ever looks at what is there before.
 */
export async function downloadFile(
  ground: FileGround,
  directory: string,
  wanted: WantedFile,
  manner: DownloadManner,
): Promise<string> {
  const { disk } = ground;
  const part = new Part(ground, directory, wanted);
  for (let isSecond = false; ; isSecond = true) {
    await part.complete(manner);
    const found = await disk.digest(part.path, wanted.digest.algorithm, manner.signal);
    if (found === wanted.digest.value) return part.path;
    const { isPatched } = part;
    await part.startOver();
    // What was put together of pieces may be wrong where they meet; what came in one piece is what the server has.
    if (!isPatched || isSecond) throw otherDigest(wanted, found);
  }
}

export function digestText({ algorithm, value }: PublishedDigest): string {
  return `${algorithm}:${value}`;
}

function otherDigest({ url, digest }: WantedFile, found: string): Error {
  const what = `${url.href} was to be ${digestText(digest)} and is ${digest.algorithm}:${found}. It was removed.`;
  return new DownloadError('other', what);
}

class Part {
  readonly path: string;
  readonly #begunPath: string;
  readonly #ground: FileGround;
  readonly #wanted: WantedFile;
  #isPatched = false;

  constructor(ground: FileGround, directory: string, wanted: WantedFile) {
    this.path = join(directory, PART);
    this.#begunPath = join(directory, BEGUN);
    this.#ground = ground;
    this.#wanted = wanted;
  }

  /** Whether it was put together of several answers. */
  get isPatched(): boolean {
    return this.#isPatched;
  }

  async startOver(): Promise<void> {
    this.#isPatched = false;
    const { files } = this.#ground;
    await files.remove(this.path);
    await files.remove(this.#begunPath);
  }

  async complete({ signal, tell }: DownloadManner): Promise<void> {
    const patience = new Patience(this.#ground, this.#wanted.url);
    for (;;) {
      const begun = await this.#begun();
      const have = begun === undefined ? 0 : await this.#size();
      if (have > 0) this.#isPatched = true;
      if (begun?.size !== undefined && have === begun.size) return;
      const lost = await this.#oneTry(begun, have, { signal, tell });
      if (lost === undefined) return;
      if ((await this.#size()) > have) patience.progress();
      // Whoever looks on sees by it that somebody is still at it.
      if (begun !== undefined) await this.#note(begun);
      await patience.afterLoss(lost, signal);
    }
  }

  /** Undefined: all has come. Else what was lost. */
  async #oneTry(begun: Begun | undefined, have: number, { signal, tell }: DownloadManner): Promise<string | undefined> {
    const { url } = this.#wanted;
    const leaving = new AbortController();
    try {
      const request = {
        url,
        offset: have,
        ifRange: rangeCondition(begun),
        signal: AbortSignal.any([signal, leaving.signal]),
      };
      using answer = await openAnswer(this.#ground, request);
      const { status } = answer;
      if (status === 206 && begun !== undefined && goesOn(answer, begun, have))
        return await this.#take(answer, begun, tell);
      if (status === 200) return await this.#take(answer, await this.#begin(answer), tell);
      if (status === 206 || status === 416) {
        await this.startOver();
        return 'It has another file now.';
      }
      if (isPassing(status)) return `It answers with status ${status}.`;
      throw unavailable(url, `It answers with status ${status}.`);
    } catch (error) {
      return lossIn(error, url);
    } finally {
      leaving.abort(LEFT);
    }
  }

  /** Writes what comes, and keeps it whatever then happens. */
  async #take(answer: DownloadAnswer, begun: Begun, tell: DownloadManner['tell']): Promise<string | undefined> {
    const { clock, disk } = this.#ground;
    const have = await this.#size();
    if (begun.size !== undefined) await this.#roomFor(begun.size - have);
    const pace = new Pace(clock, tell, { bytes: have, of: begun.size });
    const end: { error?: unknown } = {};
    const size = await disk.append(this.path, this.#pieces(answer, pace, end));
    pace.end();
    if ('error' in end) return lossIn(end.error, this.#wanted.url);
    if (begun.size === undefined) await this.#note({ ...begun, size });
    else if (size !== begun.size) return `It ended after ${size} of ${begun.size} bytes.`;
    return undefined;
  }

  /** Says before the first byte that the last one will not fit. */
  async #roomFor(bytes: number): Promise<void> {
    const free = await this.#ground.disk.free(this.path);
    const needed = bytes + SPARE_BYTES;
    if (free >= needed) return;
    const { href } = this.#wanted.url;
    throw new DownloadError('no-room', `${href} needs ${mib(needed)} at ${this.path}, where ${mib(free)} are free.`);
  }

  async *#pieces(answer: DownloadAnswer, pace: Pace, end: { error?: unknown }): AsyncGenerator<Uint8Array, void> {
    const iterator = answer.pieces[Symbol.asyncIterator]();
    for (;;) {
      try {
        const next = await beforeSilence(this.#ground, iterator.next());
        if (next.done === true) return;
        pace.add(next.value.length);
        yield next.value;
      } catch (error) {
        // Told afterwards: what has come is to be on the disk first.
        end.error = error;
        return;
      }
    }
  }

  async #begin({ headers }: DownloadAnswer): Promise<Begun> {
    const { url, digest } = this.#wanted;
    const size = numberIn(headers['content-length']);
    const version = headers['etag'] ?? headers['last-modified'];
    const begun = { url: url.href, digest: digestText(digest), size, version };
    await this.startOver();
    await this.#note(begun);
    return begun;
  }

  async #note(begun: Begun): Promise<void> {
    await this.#ground.disk.write(this.#begunPath, new TextEncoder().encode(JSON.stringify(begun)));
  }

  /** Undefined: nothing was begun that could be gone on with. */
  async #begun(): Promise<Begun | undefined> {
    const text = await unlessAbsent(() => this.#ground.files.read(this.#begunPath));
    const begun = text === undefined ? undefined : begunIn(text);
    const { url, digest } = this.#wanted;
    const isSame = begun?.url === url.href && begun.digest === digestText(digest);
    if (isSame && (begun.size === undefined || (await this.#size()) <= begun.size)) return begun;
    await this.startOver();
    return undefined;
  }

  async #size(): Promise<number> {
    return (await this.#ground.disk.size(this.path)) ?? 0;
  }
}

const LEFT = 'left';

/** A weak tag says that a file looks alike, not that it is the same byte for byte. */
function rangeCondition(begun: Begun | undefined): string | undefined {
  return begun?.version?.startsWith('W/') === true ? undefined : begun?.version;
}

/** Whether this part follows on what is there, of the same file. */
function goesOn({ headers }: DownloadAnswer, begun: Begun, have: number): boolean {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const version = headers['etag'] ?? headers['last-modified'];
  const isSameVersion = version === undefined || begun.version === undefined || version === begun.version;
  const isSameSize = begun.size === undefined || size === '*' || Number(size) === begun.size;
  return Number(start) === have && have > 0 && isSameVersion && isSameSize;
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Undefined: it cannot be read, so nothing can be gone on with. */
function begunIn(text: string): Begun | undefined {
  const json = jsonIn(text);
  if (typeof json !== 'object' || json === null) return undefined;
  const { url, digest, size, version } = {
    url: undefined,
    digest: undefined,
    size: undefined,
    version: undefined,
    ...json,
  };
  if (typeof url !== 'string' || typeof digest !== 'string') return undefined;
  if (!isSize(size) || (version !== undefined && typeof version !== 'string')) return undefined;
  return { url, digest, size, version };
}

function isSize(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}
