import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { Owner, ResourceContext } from '#engine/resource.ts';
import { isFileError } from '#std/files.ts';
import { unlessAbsent } from './acts.ts';
import type { LocalWorld } from './local-world.ts';

/** Whose a directory is. Written first and removed last, so that nothing in it is ever nobody's. */
const MARK = 'mark.json';

const Mark = z.strictObject({
  cluster: z.string().refine(isClusterUid),
  instance: z.string().refine(isInstanceId),
  address: z.string(),
});

type Marking = Pick<ResourceContext, 'cluster' | 'instanceId' | 'address'>;
type Ground = Pick<LocalWorld, 'files' | 'disk'>;

/** Undefined: it is not there, or nobody's. */
export async function markOf({ files }: Pick<LocalWorld, 'files'>, directory: string): Promise<Owner | undefined> {
  const text = await unlessAbsent(() => files.read(join(directory, MARK)));
  const mark = text === undefined ? undefined : Mark.safeParse(parsed(text));
  return mark?.success === true ? { cluster: mark.data.cluster, instanceId: mark.data.instance } : undefined;
}

/** Makes the directory, or finds that it was made by an earlier request of the same. Another's is refused as existing. */
export async function claim(
  { files }: Pick<LocalWorld, 'files'>,
  directory: string,
  { cluster, instanceId, address }: Marking,
): Promise<void> {
  await files.makeDirectory(directory);
  try {
    await files.create(join(directory, MARK), JSON.stringify({ cluster, instance: instanceId, address }));
    await files.syncDirectory(directory);
  } catch (error) {
    if (!isFileError(error, 'exists')) throw error;
    const owner = await markOf({ files }, directory);
    // A mark that was begun and not ended is nobody's, and there is none but us here.
    if (owner === undefined) await files.remove(join(directory, MARK));
    if (owner?.instanceId === instanceId) return;
    if (owner !== undefined) throw error;
    await claim({ files }, directory, { cluster, instanceId, address });
  }
}

/** With everything in it. */
export async function release({ files, disk }: Ground, directory: string): Promise<void> {
  const entries = (await unlessAbsent(() => files.list(directory))) ?? [];
  for (const { name } of entries) if (name !== MARK) await disk.removeTree(join(directory, name));
  await files.remove(join(directory, MARK));
  await disk.removeTree(directory);
  const above = dirname(directory);
  if ((await unlessAbsent(() => files.list(above))) !== undefined) await files.syncDirectory(above);
}

/** Directories below one, that carry a mark. */
export async function marksIn(
  { files }: Pick<LocalWorld, 'files'>,
  directory: string,
): Promise<readonly { readonly path: string; readonly owner: Owner }[]> {
  const entries = (await unlessAbsent(() => files.list(directory))) ?? [];
  const found = await Promise.all(
    entries.map(async ({ name }) => {
      const path = join(directory, name);
      const owner = await markOf({ files }, path);
      return owner === undefined ? [] : [{ path, owner }];
    }),
  );
  return found.flat();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
