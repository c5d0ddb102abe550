import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { fileTrouble, isFileError, unlessAbsent } from '#std/files.ts';
import { LOCK_FILE, LockedAsset, renderAssetLock } from './asset-lock.ts';
import { bring, type MirrorGround } from './mirror.ts';
import { parseAssetLock } from './read-lock.ts';

export interface AddedAsset {
  /** What it is, in a file of this workstation. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: LockedAsset['architecture'];
  /** The folder that is to have it. */
  readonly to: string;
}

/**
 * Puts a file of one's own into a folder of assets, under its digest, and into the lock there; what had its name for the
 * same kind of processor is locked no more.
 */
export async function addAsset(ground: MirrorGround, added: AddedAsset): Promise<LockedAsset> {
  const { disk, files } = ground;
  const { file, to } = added;
  const path = join(to, LOCK_FILE);
  const text = await unlessAbsent(() => files.read(path));
  const locked = text === undefined ? [] : await parseAssetLock(text, path);
  const asset = await describe(ground, added);
  await files.makeDirectory(to);
  await bring(ground, file, join(to, asset.sha256));
  const others = locked.filter(
    ({ name, architecture, sha256 }) =>
      sha256 !== asset.sha256 && (name !== asset.name || architecture !== asset.architecture),
  );
  await disk.write(path, new TextEncoder().encode(renderAssetLock([...others, asset])));
  return asset;
}

/** As makers name them: programs come packed or by themselves, images of containers as a plain archive. */
function formOf(file: string): LockedAsset['form'] {
  if (/\.(?:tar\.gz|tgz)$/.test(file)) return 'tar.gz';
  return file.endsWith('.tar') ? 'image' : 'program';
}

async function describe({ disk }: MirrorGround, { file, name, version, architecture }: AddedAsset) {
  const form = formOf(file);
  const sha256 = await disk.digest(file, 'sha256').catch((error: unknown) => {
    const why = isFileError(error, 'absent') ? 'There is no such file' : fileTrouble(error);
    throw problem('assets.add-invalid', { detail: `${file}: ${why}.`, cause: error });
  });
  const read = LockedAsset.safeParse({ name, version, architecture, form, sha256 });
  if (read.success) return read.data;
  const [key = 'name'] = read.error.issues.map(({ path }) => path.join('.'));
  const detail = `${file}: the ${key} has characters that it cannot have; it is like ${key === 'version' ? '3.5.16' : 'etcd'}.`;
  throw problem('assets.add-invalid', { detail });
}
