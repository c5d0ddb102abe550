import { problem } from '#engine/problem.ts';
import type { DownloadProgress } from '#std/download-pace.ts';
import type { Downloads } from '#std/downloads.ts';
import type { Workers } from '#std/drafts.ts';
import { FileError, fileTrouble, isFileError } from '#std/files.ts';
import { sha256Hex } from '#std/hash.ts';
import { digestText, downloadFile, type WantedFile } from '#std/resumable-download.ts';
import type { LocalPlaces } from '../local-places.ts';
import { ImageCache, type ImageEntry, type ImageGround, type ImageInCache } from './image-cache.ts';
import type { ImageForm } from './image-form.ts';
import { orImageProblem } from './image-trouble.ts';
import { judgeDisk } from './import-disk.ts';
import { type ImportedFile, importImage, mustFit, ROOT_OF_PARTITIONED, unusable, type Wanted } from './import-file.ts';
import { isOutOfReach, newestEdition, unknownSystem } from './sources.ts';
import { namedImage } from './sources-named.ts';

export interface ImageChoice extends Wanted {
  /** One image: by its SHA-256, by its path, or by its address with its digest. Without it, the newest that its maker publishes. */
  readonly id?: string | undefined;
}

export type ImageEvent =
  | ({ readonly type: 'downloading'; readonly url: string } & DownloadProgress)
  /** Another run of this workstation fetches it. */
  | { readonly type: 'waiting'; readonly url: string }
  | { readonly type: 'checking'; readonly url: string }
  /** Nobody could be asked what is newest, so one of the cache is taken. */
  | { readonly type: 'taken-from-cache'; readonly id: string; readonly because: string };

export interface ImageStoreParts {
  readonly world: ImageGround;
  readonly places: Pick<LocalPlaces, 'images'>;
  readonly downloads: Downloads;
  readonly workers: Workers;
  readonly tell: (event: ImageEvent) => void;
}

/** Which images machines have, and the names of these machines. */
export type ImagesInUse = () => Promise<ReadonlyMap<string, readonly string[]>>;

export interface ImageInUse extends ImageInCache {
  readonly machines: readonly string[];
}

export interface ImageCheck {
  readonly id: string;
  readonly isWhole: boolean;
}

const LOOK_AGAIN_MS = 1_000;
/** Enough of an id for people to write. */
const PREFIX = /^[0-9a-f]{8,64}$/;

/** The images of a workstation: what is there, and how more comes. */
export class ImageStore {
  readonly #parts: ImageStoreParts;
  readonly #cache: ImageCache;
  readonly #underWay = new Map<string, Promise<ImageEntry>>();

  constructor(parts: ImageStoreParts) {
    this.#parts = parts;
    this.#cache = new ImageCache(parts.world, parts.places, parts.workers);
  }

  /** For use: undefined when it is not there, refused when it is damaged. */
  entry(id: string, signal?: AbortSignal): Promise<ImageEntry | undefined> {
    return this.#cache.entry(id, signal);
  }

  /** Whether it could be used. */
  async has(id: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#cache.lookForWhole(id, signal)) !== undefined;
  }

  /** Sees to it that it is there. Several that want the same at one time share the work. */
  ensure(choice: ImageChoice, signal: AbortSignal): Promise<ImageEntry> {
    const key = JSON.stringify([choice.system, choice.architecture, choice.id]);
    const running = this.#underWay.get(key);
    if (running !== undefined) return running;
    const started = worded(async () => {
      await this.#cache.clear();
      return this.#ensure(choice, signal);
    }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, started);
    return started;
  }

  import(file: ImportedFile): Promise<ImageEntry> {
    return worded(async () => {
      await this.#cache.clear();
      return importImage({ world: this.#parts.world, cache: this.#cache }, file);
    });
  }

  /** Those that were used last come first. */
  list(): Promise<readonly ImageInCache[]>;
  /** With the names of the machines that stand on them. */
  list(inUse: ImagesInUse): Promise<readonly ImageInUse[]>;
  list(inUse?: ImagesInUse): Promise<readonly (ImageInCache | ImageInUse)[]> {
    return worded(async () => {
      const images = await this.#cache.list();
      const machines = await inUse?.();
      return machines === undefined
        ? images
        : images.map((image) => ({ ...image, machines: machines.get(image.id) ?? [] }));
    });
  }

  /** By its id, or by the beginning of one if no other begins so. */
  async named(text: string): Promise<ImageInCache> {
    const found = PREFIX.test(text) ? (await this.list()).filter(({ id }) => id.startsWith(text)) : [];
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const why = found.length > 1 ? 'Several begin so.' : 'There is none whose id begins so.';
    throw problem('local.image-missing', { detail: `${text}: ${why}` });
  }

  /** Reads every byte of one image, or of all. */
  async verify(text: string | undefined, signal: AbortSignal): Promise<readonly ImageCheck[]> {
    const images = text === undefined ? await this.list() : [await this.named(text)];
    return worded(async () => {
      const checks: ImageCheck[] = [];
      for (const { id } of images) checks.push({ id, isWhole: await this.#cache.isWhole(id, signal) });
      return checks;
    });
  }

  /** Refused as long as machines stand on it. */
  async remove(text: string, inUse: ImagesInUse): Promise<ImageInCache> {
    const image = await this.named(text);
    const machines = (await inUse()).get(image.id) ?? [];
    // Of one that is damaged nothing is lost.
    if (machines.length > 0 && (await this.#cache.lookForWhole(image.id)) !== undefined)
      throw problem('local.image-in-use', { detail: `${image.id.slice(0, 12)}: ${machines.join(', ')}.` });
    await worded(() => this.#cache.remove(image.id));
    return image;
  }

  async #ensure(choice: ImageChoice, signal: AbortSignal): Promise<ImageEntry> {
    if (choice.id === undefined) return this.#newest(choice, signal);
    const named = namedImage(choice.id);
    switch (named.by) {
      case 'id':
        return this.#known(named.id, choice, signal);
      case 'path':
        return this.import({ path: named.path, digest: named.digest, wanted: wantedOf(choice), signal });
      case 'url':
        return this.#fetched(named.wanted, { choice, release: '' }, signal);
    }
  }

  async #known(id: string, choice: ImageChoice, signal: AbortSignal): Promise<ImageEntry> {
    const entry = await this.#cache.entry(id, signal);
    if (entry === undefined) throw problem('local.image-missing', { detail: `The image ${id} is not in the cache.` });
    mustFit(id.slice(0, 12), entry.form, choice);
    return entry;
  }

  async #newest(choice: ImageChoice, signal: AbortSignal): Promise<ImageEntry> {
    const { downloads, world } = this.#parts;
    try {
      const edition = await newestEdition({ ...world, downloads }, choice, signal);
      if (edition !== undefined) return await this.#fetched(edition, { choice, release: edition.release }, signal);
    } catch (error) {
      const kept = isOutOfReach(error) ? await this.#kept(choice, signal) : undefined;
      if (kept === undefined) throw error;
      this.#parts.tell({ type: 'taken-from-cache', id: kept.id, because: String(error) });
      return kept;
    }
    const kept = await this.#kept(choice, signal);
    if (kept !== undefined) return kept;
    throw unknownSystem(choice.system);
  }

  /** The one that was used last: what is like the machines that are there. */
  async #kept({ system, architecture }: ImageChoice, signal: AbortSignal): Promise<ImageEntry | undefined> {
    const found = (await this.#cache.list()).find(
      ({ entry }) => entry?.form.system === system && entry.form.architecture === architecture,
    );
    return found === undefined ? undefined : this.#cache.lookForWhole(found.id, signal);
  }

  async #fetched(wanted: WantedFile, fetching: Fetching, signal: AbortSignal): Promise<ImageEntry> {
    for (;;) {
      const known = await this.#published(wanted, signal);
      if (known !== undefined) {
        mustFit(wanted.url.href, known.form, fetching.choice);
        return known;
      }
      const draft = await this.#cache.downloads.takeOver(sha256Hex(digestText(wanted.digest)).slice(0, 24));
      const fetched =
        draft === undefined ? undefined : await this.#fetchOrYield(draft, { ...fetching, wanted }, signal);
      if (fetched !== undefined) return fetched;
      this.#parts.tell({ type: 'waiting', url: wanted.url.href });
      const { clock, random } = this.#parts.world;
      await clock.sleep(LOOK_AGAIN_MS * (0.5 + random.float()), signal);
    }
  }

  /** Undefined: somebody else has it by now, or took us for dead and has gone on in our place. */
  async #fetchOrYield(draft: string, fetching: Fetching & { readonly wanted: WantedFile }, signal: AbortSignal) {
    try {
      // Whoever was at it may have ended just before we began.
      if ((await this.#published(fetching.wanted, signal)) !== undefined) {
        await this.#parts.world.disk.removeTree(draft);
        return undefined;
      }
      return await this.#fetch(draft, fetching, signal);
    } catch (error) {
      if (isFileError(error, 'absent')) return undefined;
      throw error;
    } finally {
      // What came is for the next try when this one fails; else there is nothing any more.
      await this.#cache.downloads.leave(draft);
    }
  }

  async #fetch(
    draft: string,
    { wanted, choice, release }: Fetching & { readonly wanted: WantedFile },
    signal: AbortSignal,
  ) {
    const { world, downloads, tell } = this.#parts;
    const url = wanted.url.href;
    const manner = { signal, tell: (progress: DownloadProgress) => tell({ type: 'downloading', url, ...progress }) };
    const part = await orImageProblem(() => downloadFile({ ...world, downloads }, draft, wanted, manner));
    tell({ type: 'checking', url });
    const { algorithm, value } = wanted.digest;
    const digest = algorithm === 'sha256' ? value : await world.disk.digest(part, 'sha256', signal);
    const judged = await judgeDisk(world.disk, part, { boots: true });
    if ('trouble' in judged) {
      await world.disk.removeTree(draft);
      throw unusable(url, judged.trouble);
    }
    const origin = { from: 'download', url, release, digest: digestText(wanted.digest) } as const;
    const form = { ...wantedOf(choice), diskFormat: judged.diskFormat, rootDevice: ROOT_OF_PARTITIONED, origin };
    return this.#cache.publishDownload(draft, part, { format: 1, digest, ...form });
  }

  async #published({ digest }: WantedFile, signal: AbortSignal): Promise<ImageEntry | undefined> {
    const found = (await this.#cache.list()).find(({ id, entry }) => {
      const isSameDisk = digest.algorithm === 'sha256' && digest.value === id;
      return entry !== undefined && (isSameDisk || cameAs(entry.form, digestText(digest)));
    });
    return found === undefined ? undefined : this.#cache.lookForWhole(found.id, signal);
  }
}

interface Fetching {
  readonly choice: ImageChoice;
  /** Empty: a file that somebody has named. */
  readonly release: string;
}

/** Where the very same can be had again. Undefined: only its owner knows. */
export function sourceOf({ form: { origin } }: ImageEntry): string | undefined {
  return origin.from === 'download' ? `${origin.url}#${origin.digest}` : undefined;
}

function cameAs({ origin }: ImageForm, digest: string): boolean {
  return origin.from === 'download' && origin.digest === digest;
}

function wantedOf({ system, architecture }: ImageChoice): Wanted {
  return { system, architecture };
}

/** What the disk refuses is for people to mend. */
async function worded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const detail = `The cache of images: ${fileTrouble(error)}.`;
    throw problem(error.code === 'full' ? 'local.disk-full' : 'workstation.unusable', { detail, cause: error });
  }
}
