import { join } from 'node:path';
import { isProblem, problem } from '#engine/problem.ts';
import { Drafts, type Workers } from '#std/drafts.ts';
import { isFileError, unlessAbsent } from '#std/files.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { diskFileOf, FORM_FILE, ImageForm } from './image-form.ts';

export type ImageGround = Pick<LocalWorld, 'clock' | 'random' | 'files' | 'disk'>;

/** One image of the cache, with everything where it can be opened. It is never written to. */
export interface ImageEntry {
  /** SHA-256 of the disk. */
  readonly id: string;
  readonly disk: string;
  readonly diskFormat: ImageForm['diskFormat'];
  readonly rootDevice: string;
  /** Paths of the kernel and its initial file system. Undefined: the disk starts by itself. */
  readonly boot: ImageForm['boot'];
  readonly form: ImageForm;
}

export interface ImageInCache {
  readonly id: string;
  /** Undefined: its description cannot be read, so it is good for nothing. */
  readonly entry: ImageEntry | undefined;
  readonly sizeBytes: number;
  /** Wall time; undefined: nothing has been made of it. */
  readonly lastUsedMs: number | undefined;
}

const ID = /^[0-9a-f]{64}$/;
/** Written before an entry can be seen: another size later, and its digest is looked at again. */
const SIZE_FILE = 'size';
const USE_FILE = 'last-use';
/** Others may put away in one moment what they find damaged, and each other's. */
const SHOWS_MAX = 5;
/** Work that is not finished is of its process alone, unfinished downloads of whoever goes on with them. */
const DOWNLOADS_KEPT_MS = 7 * 86_400_000;

/** Disk images by their SHA-256, for all clusters of this workstation: any number of processes read and add at one time. */
export class ImageCache {
  readonly making: Drafts;
  readonly downloads: Drafts;
  readonly #ground: ImageGround;
  readonly #directory: string;

  constructor(ground: ImageGround, { images }: Pick<LocalPlaces, 'images'>, workers: Workers) {
    this.#ground = ground;
    this.#directory = images;
    this.making = new Drafts(ground, join(images, 'making'), workers);
    this.downloads = new Drafts(ground, join(images, 'downloads'), workers);
  }

  /** For use. One that is not as it was when it came is refused. */
  async entry(id: string, signal?: AbortSignal): Promise<ImageEntry | undefined> {
    const entry = await this.look(id, signal);
    if (entry !== undefined) await this.#write(id, USE_FILE, String(this.#ground.clock.wallMs()));
    return entry;
  }

  /** As `entry`, and counts as no use. */
  async look(id: string, signal?: AbortSignal): Promise<ImageEntry | undefined> {
    const entry = await this.#read(id);
    if (entry === undefined) return undefined;
    const size = Number(await unlessAbsent(() => this.#ground.files.read(this.#placeOf(id, SIZE_FILE))));
    return (await this.#ground.disk.size(entry.disk)) === size ? entry : this.#readWhole(id, signal);
  }

  /** As `look`; what is damaged is as good as absent. */
  async lookForWhole(id: string, signal?: AbortSignal): Promise<ImageEntry | undefined> {
    try {
      return await this.look(id, signal);
    } catch (error) {
      if (!isProblem(error, 'local.image-damaged')) throw error;
      return undefined;
    }
  }

  async list(): Promise<readonly ImageInCache[]> {
    const { files, disk } = this.#ground;
    const names = (await unlessAbsent(() => files.list(this.#directory))) ?? [];
    const found: ImageInCache[] = [];
    for (const { name: id } of names.filter(({ name }) => ID.test(name))) {
      const inside = (await unlessAbsent(() => files.list(join(this.#directory, id)))) ?? [];
      let sizeBytes = 0;
      for (const { name } of inside) sizeBytes += (await disk.size(this.#placeOf(id, name))) ?? 0;
      const used = await unlessAbsent(() => files.read(this.#placeOf(id, USE_FILE)));
      const lastUsedMs = used === undefined ? undefined : Number(used);
      found.push({ id, entry: await this.#read(id).catch(() => undefined), sizeBytes, lastUsedMs });
    }
    return found.toSorted((left, right) => (right.lastUsedMs ?? 0) - (left.lastUsedMs ?? 0));
  }

  /** Makes an entry of a draft whose disk is `form.digest`, as its maker has just found. Nobody ever sees half of one. */
  async publish(draft: string, form: ImageForm): Promise<ImageEntry> {
    const { disk, files } = this.#ground;
    const size = await disk.size(join(draft, diskFileOf(form)));
    await disk.write(join(draft, FORM_FILE), textBytes(`${JSON.stringify(form, undefined, 2)}\n`));
    await disk.write(join(draft, SIZE_FILE), textBytes(String(size)));
    await files.syncDirectory(draft);
    for (let tries = 1; ; tries += 1) {
      const known = await this.lookForWhole(form.digest);
      if (known !== undefined) {
        await disk.removeTree(draft);
        return known;
      }
      // Only what is there and bad: by now somebody else may have brought a good one.
      if (await this.#isDamaged(form.digest)) await this.#putAway(form.digest);
      if (await this.#show(draft, form.digest, tries === SHOWS_MAX)) return this.#must(form.digest);
    }
  }

  /** As `publish`; `part` is the disk, somewhere in the draft. */
  async publishDownload(draft: string, part: string, form: ImageForm): Promise<ImageEntry> {
    const { disk } = this.#ground;
    const ready = await this.making.begin('download');
    await disk.rename(part, join(ready, diskFileOf(form)));
    const entry = await this.publish(ready, form);
    await disk.removeTree(draft);
    return entry;
  }

  /** Whether the disk still has the digest that is its name. */
  async isWhole(id: string, signal?: AbortSignal): Promise<boolean> {
    const entry = await this.#read(id).catch(() => undefined);
    if (entry === undefined || (await this.#ground.disk.size(entry.disk)) === undefined) return false;
    return (await this.#ground.disk.digest(entry.disk, 'sha256', signal)) === id;
  }

  /** Gone from sight at once, then from the disk. Absent is fine. */
  async remove(id: string): Promise<void> {
    await this.#putAway(id);
  }

  /** What processes that have ended without it left behind. */
  async clear(): Promise<void> {
    await this.making.clear(0);
    await this.downloads.clear(DOWNLOADS_KEPT_MS);
  }

  /** False: somebody else was quicker with the same image, which is then to be looked at. */
  async #show(draft: string, id: string, isLast: boolean): Promise<boolean> {
    try {
      await this.#ground.disk.rename(draft, join(this.#directory, id));
      return true;
    } catch (error) {
      if (isLast) throw error;
      return false;
    }
  }

  async #isDamaged(id: string): Promise<boolean> {
    try {
      await this.look(id);
      return false;
    } catch (error) {
      if (isProblem(error, 'local.image-damaged')) return true;
      throw error;
    }
  }

  async #putAway(id: string): Promise<void> {
    const { disk, files } = this.#ground;
    const place = join(this.#directory, id);
    if ((await unlessAbsent(() => files.list(place))) === undefined) return;
    const away = await this.making.begin('removed');
    try {
      await disk.rename(place, join(away, id));
    } catch (error) {
      if (!isFileError(error, 'absent')) throw error;
    }
    await disk.removeTree(away);
  }

  /** Undefined: it has been removed meanwhile. */
  async #readWhole(id: string, signal: AbortSignal | undefined): Promise<ImageEntry | undefined> {
    const isWhole = await this.isWhole(id, signal);
    const entry = await this.#read(id);
    if (entry === undefined) return undefined;
    if (!isWhole) throw damaged(id, 'Its disk is not what it was when it came.');
    await this.#write(id, SIZE_FILE, String(await this.#ground.disk.size(entry.disk)));
    return entry;
  }

  async #must(id: string): Promise<ImageEntry> {
    const entry = await this.#read(id);
    if (entry !== undefined) return entry;
    throw problem('local.image-missing', { detail: `The image ${id} has been removed in this very moment.` });
  }

  async #read(id: string): Promise<ImageEntry | undefined> {
    const text = ID.test(id)
      ? await unlessAbsent(() => this.#ground.files.read(this.#placeOf(id, FORM_FILE)))
      : undefined;
    if (text === undefined) return undefined;
    const form = formIn(text);
    if (form?.digest !== id) throw damaged(id, 'Its description cannot be read.');
    const { diskFormat, rootDevice, boot } = form;
    return {
      id,
      diskFormat,
      rootDevice,
      form,
      disk: this.#placeOf(id, diskFileOf(form)),
      boot: boot && { ...boot, kernel: this.#placeOf(id, boot.kernel), initrd: this.#placeOf(id, boot.initrd) },
    };
  }

  async #write(id: string, name: string, text: string): Promise<void> {
    await this.#ground.disk.write(this.#placeOf(id, name), textBytes(text));
  }

  #placeOf(id: string, name: string): string {
    return join(this.#directory, id, name);
  }
}

/** Undefined: it is none. */
export function formIn(text: string): ImageForm | undefined {
  try {
    return ImageForm.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function damaged(id: string, why: string): Error {
  return problem('local.image-damaged', { detail: `The image ${id}: ${why}` });
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
