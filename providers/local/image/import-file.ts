import { basename, join } from 'node:path';
import { problem } from '#engine/problem.ts';
import type { Architecture } from '#provider/catalogue.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';
import { digestText, type PublishedDigest } from '#std/resumable-download.ts';
import { diskFileOf, FORM_FILE, type ImageForm } from './image-form.ts';
import { formIn, type ImageCache, type ImageEntry } from './image-cache.ts';
import { roomFor } from './image-room.ts';
import { judgeDisk } from './import-disk.ts';

export interface Wanted {
  readonly system: string;
  readonly architecture: Architecture;
}

export interface ImportedFile {
  /** A disk, or the directory that `image build` has made. */
  readonly path: string;
  /** Undefined: whatever is there is meant. */
  readonly digest?: PublishedDigest | undefined;
  /** What machines expect of it. Undefined: what the directory itself says. */
  readonly wanted?: Wanted | undefined;
  readonly signal: AbortSignal;
}

export interface ImportGround {
  readonly world: Pick<LocalWorld, 'files' | 'disk'>;
  readonly cache: ImageCache;
}

/** The first partition is where every maker of cloud images has the file system that a machine starts from. */
export const ROOT_OF_PARTITIONED = '/dev/vda1';

/** Copies an image into the cache; what it was copied from is never needed again. */
export async function importImage(ground: ImportGround, file: ImportedFile): Promise<ImageEntry> {
  const { files, disk } = ground.world;
  const isDirectory = (await unlessAbsent(() => files.list(file.path))) !== undefined;
  if (isDirectory) return importDirectory(ground, file);
  if ((await disk.size(file.path)) === undefined) throw unusable(file.path, 'There is no such file.');
  const { path, wanted } = file;
  if (wanted === undefined) throw unusable(path, 'A disk alone does not say of what system and architecture it is.');
  const judged = await judgeDisk(disk, path, { boots: true });
  if ('trouble' in judged) throw unusable(path, judged.trouble);
  const { diskFormat } = judged;
  const form = { format: 1, ...wanted, diskFormat, rootDevice: ROOT_OF_PARTITIONED } as const;
  const origin = { from: 'file', name: basename(path) } as const;
  const digest = await disk.digest(path, 'sha256', file.signal);
  return copied(ground, file, { diskPath: path, form: { ...form, origin, digest }, beside: [] });
}

async function importDirectory(ground: ImportGround, file: ImportedFile): Promise<ImageEntry> {
  const { files, disk } = ground.world;
  const { path, wanted } = file;
  const text = await unlessAbsent(() => files.read(join(path, FORM_FILE)));
  const form = text === undefined ? undefined : formIn(text);
  if (form === undefined) throw unusable(path, `There is no ${FORM_FILE} in it as "bootstrap image build" writes one.`);
  if (wanted !== undefined) mustFit(path, form, wanted);
  const diskPath = join(path, diskFileOf(form));
  const beside = form.boot === undefined ? [] : [form.boot.kernel, form.boot.initrd];
  for (const name of [diskFileOf(form), ...beside])
    if ((await disk.size(join(path, name))) === undefined) throw unusable(path, `There is no ${name} in it.`);
  const judged = await judgeDisk(disk, diskPath, { boots: form.boot === undefined });
  if ('trouble' in judged) throw unusable(diskPath, judged.trouble);
  if (judged.diskFormat !== form.diskFormat)
    throw unusable(diskPath, `It is ${judged.diskFormat}, not ${form.diskFormat}.`);
  return copied(ground, file, { diskPath, form, beside: beside.map((name) => join(path, name)) });
}

/** Says before any machine is made that the image is of another system, or for other processors. */
export function mustFit(name: string, form: Pick<ImageForm, 'system' | 'architecture'>, wanted: Wanted): void {
  if (form.architecture !== wanted.architecture)
    throw unusable(name, `It is made for ${form.architecture}, and the machines are to be ${wanted.architecture}.`);
  if (form.system !== wanted.system)
    throw unusable(name, `It is ${form.system}, and the machines are to be ${wanted.system}.`);
}

interface Copy {
  readonly diskPath: string;
  readonly form: ImageForm;
  /** Other files that go with the disk. */
  readonly beside: readonly string[];
}

/** Whatever is there already is not copied again. */
async function copied(ground: ImportGround, file: ImportedFile, copy: Copy): Promise<ImageEntry> {
  const { path, digest, wanted, signal } = file;
  const known = await ground.cache.lookForWhole(copy.form.digest, signal);
  if (known === undefined || (digest !== undefined && digest.value !== known.id)) return copiedAnew(ground, file, copy);
  if (wanted !== undefined) mustFit(path, known.form, wanted);
  return known;
}

/** Digests are of what arrived, not of what was sent. */
async function copiedAnew(
  { world: { disk }, cache }: ImportGround,
  { path, digest, signal }: ImportedFile,
  { diskPath, form, beside }: Copy,
): Promise<ImageEntry> {
  const own: PublishedDigest = { algorithm: 'sha256', value: form.digest };
  const draft = await cache.making.begin('import');
  const target = join(draft, diskFileOf(form));
  try {
    await roomFor(disk, { path: draft, bytes: (await disk.size(diskPath)) ?? 0, what: 'A copy of the image' });
    await disk.copy(diskPath, target);
    for (const each of beside) await disk.copy(each, join(draft, basename(each)));
    for (const promised of digest === undefined || digest.value === own.value ? [own] : [own, digest]) {
      const found = await disk.digest(target, promised.algorithm, signal);
      if (found !== promised.value) throw otherDigest(path, promised, found);
    }
    return await cache.publish(draft, form);
  } finally {
    await disk.removeTree(draft);
  }
}

function otherDigest(path: string, promised: PublishedDigest, found: string): Error {
  return problem('local.image-digest', {
    detail: `${path} was to be ${digestText(promised)} and is ${promised.algorithm}:${found}. Nothing of it was kept.`,
  });
}

export function unusable(what: string, why: string): Error {
  return problem('local.image-unusable', { detail: `${what}: ${why}` });
}
