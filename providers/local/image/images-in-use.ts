import { isClusterUid, isInstanceId } from '#engine/address.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { readDescription } from '../machine/description.ts';

interface Ground {
  readonly world: Pick<LocalWorld, 'files'>;
  readonly places: Pick<LocalPlaces, 'clusters' | 'of'>;
}

/** Which images the machines of this workstation stand on, and the names of these machines. */
export async function imagesInUse({ world, places }: Ground): Promise<ReadonlyMap<string, readonly string[]>> {
  const inUse = new Map<string, readonly string[]>();
  for (const cluster of (await namesIn(world, places.clusters)).filter(isClusterUid)) {
    const own = places.of(cluster);
    for (const machine of (await namesIn(world, own.machines)).filter(isInstanceId)) {
      const description = await readDescription(world, own.machine(machine).description);
      if (description === undefined) continue;
      const { imageId, title } = description;
      inUse.set(imageId, [...(inUse.get(imageId) ?? []), title]);
    }
  }
  return inUse;
}

async function namesIn({ files }: Ground['world'], directory: string): Promise<readonly string[]> {
  const entries = (await unlessAbsent(() => files.list(directory))) ?? [];
  return entries.map(({ name }) => name);
}
