import { isAbsolute, join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { type DraftGround, Drafts, type Workers } from '#std/drafts.ts';
import type { DownloadProgress } from '#std/download-pace.ts';
import { FileError, fileTrouble, isFileError, unlessAbsent } from '#std/files.ts';
import { sha256Hex } from '#std/hash.ts';
import { downloadFile, type FileGround } from '#std/resumable-download.ts';
import { isAddress, type WantedAsset } from './asset-source.ts';
import { orAssetProblem, otherDigest, unavailable } from './asset-trouble.ts';

/** How an asset comes. */
export type AssetEvent =
  | ({ readonly type: 'downloading'; readonly url: string } & DownloadProgress)
  /** Another run of this workstation fetches it. */
  | { readonly type: 'waiting'; readonly url: string };

export interface AssetCacheParts {
  readonly ground: FileGround & DraftGround;
  readonly directory: string;
  readonly workers: Workers;
  readonly tell: (event: AssetEvent) => void;
}

export interface CachedAsset {
  readonly sha256: string;
  readonly isWhole: boolean;
}

const DIGEST = /^[0-9a-f]{64}$/;
const LOOK_AGAIN_MS = 1_000;
/** What stands for a file in the name of the directory that it comes into. */
const DRAFT_DIGITS = 24;
const DRAFTS_KEPT_MS = 7 * 86_400_000;

/** Assets of this workstation by their SHA-256, for all its clusters: any number of processes read and add at one time. */
export class AssetCache {
  readonly #parts: AssetCacheParts;
  readonly #drafts: Drafts;
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(parts: AssetCacheParts) {
    this.#parts = parts;
    this.#drafts = new Drafts(parts.ground, join(parts.directory, 'downloads'), parts.workers);
  }

  /** In bytes; undefined: it is not there. Whether it is whole only `verify` and `obtain` say. */
  size(sha256: string): Promise<number | undefined> {
    return this.#parts.ground.disk.size(this.#pathOf(sha256));
  }

  /** The path of a file that has the digest, fetched if it is not here yet. Several that want the same share the work. */
  obtain(wanted: WantedAsset, signal: AbortSignal): Promise<string> {
    const { sha256 } = wanted;
    const running = this.#underWay.get(sha256);
    if (running !== undefined) return running;
    const started = worded(() => this.#obtain(wanted, signal)).finally(() => this.#underWay.delete(sha256));
    this.#underWay.set(sha256, started);
    return started;
  }

  /** What the program makes itself. */
  keep(bytes: Uint8Array): Promise<string> {
    return worded(async () => {
      const path = this.#pathOf(sha256Hex(bytes));
      await this.#parts.ground.files.makeDirectory(this.#parts.directory);
      await this.#parts.ground.disk.write(path, bytes);
      return path;
    });
  }

  /** Reads every byte of all that is here. */
  async verify(signal: AbortSignal): Promise<readonly CachedAsset[]> {
    const { files, disk } = this.#parts.ground;
    const names = (await unlessAbsent(() => files.list(this.#parts.directory))) ?? [];
    const found: CachedAsset[] = [];
    for (const { name: sha256 } of names.filter(({ name }) => DIGEST.test(name)))
      found.push({ sha256, isWhole: (await disk.digest(this.#pathOf(sha256), 'sha256', signal)) === sha256 });
    return found;
  }

  async #obtain(wanted: WantedAsset, signal: AbortSignal): Promise<string> {
    await this.#drafts.clear(DRAFTS_KEPT_MS);
    for (;;) {
      const known = await this.#whole(wanted.sha256, signal);
      if (known !== undefined) return known;
      const draft = await this.#drafts.takeOver(wanted.sha256.slice(0, DRAFT_DIGITS));
      const fetched = draft === undefined ? undefined : await this.#fetchOrYield(draft, wanted, signal);
      if (fetched !== undefined) return fetched;
      this.#parts.tell({ type: 'waiting', url: wanted.from });
      const { clock, random } = this.#parts.ground;
      await clock.sleep(LOOK_AGAIN_MS * (0.5 + random.float()), signal);
    }
  }

  /** What is here and damaged is as good as absent. */
  async #whole(sha256: string, signal: AbortSignal): Promise<string | undefined> {
    const { disk, files } = this.#parts.ground;
    const path = this.#pathOf(sha256);
    const found = await unlessAbsent(() => disk.digest(path, 'sha256', signal));
    if (found === sha256) return path;
    if (found !== undefined) await files.remove(path);
    return undefined;
  }

  /** Undefined: somebody took us for dead and has gone on in our place. */
  async #fetchOrYield(draft: string, wanted: WantedAsset, signal: AbortSignal): Promise<string | undefined> {
    const { disk } = this.#parts.ground;
    try {
      // Whoever was at it may have ended just before we began.
      const known = await this.#whole(wanted.sha256, signal);
      const path = known ?? this.#pathOf(wanted.sha256);
      if (known === undefined) await disk.rename(await this.#fetch(draft, wanted, signal), path);
      await disk.removeTree(draft);
      return path;
    } catch (error) {
      if (isFileError(error, 'absent')) return undefined;
      throw error;
    } finally {
      // What came is for the next try when this one fails; else there is nothing any more.
      await this.#drafts.leave(draft);
    }
  }

  async #fetch(draft: string, wanted: WantedAsset, signal: AbortSignal): Promise<string> {
    const { sha256, from } = wanted;
    if (!isAddress(from)) return this.#copy(draft, wanted, signal);
    const { ground, tell } = this.#parts;
    const file = { url: new URL(from), digest: { algorithm: 'sha256', value: sha256 } } as const;
    const manner = {
      signal,
      tell: (progress: DownloadProgress) => tell({ type: 'downloading', url: from, ...progress }),
    };
    return orAssetProblem(wanted, () => downloadFile(ground, draft, file, manner));
  }

  async #copy(draft: string, wanted: WantedAsset, signal: AbortSignal): Promise<string> {
    const { disk } = this.#parts.ground;
    const { sha256, from } = wanted;
    if (!isAbsolute(from)) throw unavailable(wanted, 'This version of the program does not make it.');
    const copy = join(draft, 'copy');
    await disk.copy(from, copy).catch((error: unknown) => {
      throw isFileError(error, 'full') ? error : unavailable(wanted, `${fileTrouble(error)}.`, error);
    });
    // The copy, not what may be another file a moment later.
    const found = await disk.digest(copy, 'sha256', signal);
    if (found === sha256) return copy;
    await disk.removeTree(draft);
    throw otherDigest(wanted, found);
  }

  #pathOf(sha256: string): string {
    return join(this.#parts.directory, sha256);
  }
}

/** What the disk refuses is for people to mend. */
async function worded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const detail = `The cache of assets: ${fileTrouble(error)}.`;
    throw problem(error.code === 'full' ? 'assets.no-room' : 'workstation.unusable', { detail, cause: error });
  }
}
