import { join } from 'node:path';
import type { AssetCache } from '#assets/asset-cache.ts';
import type { AssetSession } from '#assets/asset-kind.ts';
import type { RunEvent } from './app.ts';
import { imageNews } from './image-news.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';

interface Hearing {
  readonly ports: AppPorts;
  readonly places: Places;
  /** Hears how they come. */
  readonly emit: (event: RunEvent) => void;
}

/** The assets that all clusters of this workstation share; its code is loaded when it is asked for. */
export async function openAssetCache({ ports, places, emit }: Hearing): Promise<AssetCache> {
  const [{ AssetCache: Cache }, { disk, downloads }] = await Promise.all([
    import('#assets/asset-cache.ts'),
    ports.workshop(),
  ]);
  const { clock, random, files, processes } = ports;
  return new Cache({
    ground: { clock, random, files, disk, downloads },
    directory: join(places.local.cache, 'assets'),
    workers: processes,
    tell: imageNews(clock, emit),
  });
}

/** How the kinds of a cluster come by what goes on its shelf. */
export function assetFetcher(hearing: Hearing): AssetSession['fetchAsset'] {
  let opened: Promise<AssetCache> | undefined;
  return async (wanted, signal) => {
    opened ??= openAssetCache(hearing);
    const [cache, { FROM_PROGRAM }, { readNodeBundle }] = await Promise.all([
      opened,
      import('#assets/asset-source.ts'),
      import('#cloud-init/node-bundle.ts'),
    ]);
    if (wanted.from !== FROM_PROGRAM) return cache.obtain(wanted, signal);
    const { sha256, bytes } = await readNodeBundle(hearing.ports.files);
    // Of another version of the program it is not to be had here, and the cache says so.
    return sha256 === wanted.sha256 ? cache.keep(bytes) : cache.obtain(wanted, signal);
  };
}
