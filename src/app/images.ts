import { join } from 'node:path';
import { nonce } from '#std/random.ts';
import type { Architecture } from '#provider/catalogue.ts';
import { problem } from '#engine/problem.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';

export interface ImageOrder {
  readonly system: string;
  /** Baked in beside what every machine needs. */
  readonly packages: readonly string[];
  /** An archive of Debian's packages, instead of the one that this workstation's own come from. */
  readonly mirror?: string | undefined;
  /** A directory to leave it in, instead of the cache of this workstation. */
  readonly to?: string | undefined;
  /** Hears of each step. */
  readonly hear: (line: string) => void;
}

export interface BuiltImage {
  readonly id: string;
  /** Where it is, when that is not the cache. */
  readonly directory: string | undefined;
  /** With their versions. */
  readonly packages: readonly string[];
}

export interface ListedImage {
  readonly id: string;
  /** Undefined: it cannot be read, so it is good for nothing. */
  readonly is:
    | { readonly system: string; readonly architecture: Architecture; readonly origin: 'download' | 'file' | 'build' }
    | undefined;
  readonly sizeBytes: number;
  /** Undefined: nothing has been made of it. */
  readonly lastUsedMs: number | undefined;
}

export interface CheckedImage {
  readonly id: string;
  readonly isWhole: boolean;
}

/** What machines of this workstation start from. */
export interface Images {
  build(order: ImageOrder, signal: AbortSignal): Promise<BuiltImage>;
  /** Those that were used last come first. */
  list(): Promise<readonly ListedImage[]>;
  /** By its digest or the beginning of it; refused as long as machines stand on it. */
  remove(image: string): Promise<ListedImage>;
  /** Reads every byte of one image, or of all. */
  verify(image: string | undefined, signal: AbortSignal): Promise<readonly CheckedImage[]>;
}

/** The cache of images that all clusters of this workstation share; its code is loaded when it is asked for. */
export function imagesOf(ports: AppPorts, places: Places): Images {
  const open = (): ReturnType<typeof openStore> => openStore(ports, places);
  return {
    build: (order, signal) => build({ ports, places }, order, signal),
    async list() {
      const { store } = await open();
      return (await store.list()).map(listed);
    },
    async remove(image) {
      const { store, ground } = await open();
      const { imagesInUse } = await import('#providers/local/image/images-in-use.ts');
      return listed(await store.remove(image, () => imagesInUse(ground)));
    },
    async verify(image, signal) {
      const { store } = await open();
      return store.verify(image, signal);
    },
  };
}

interface Ground {
  readonly ports: AppPorts;
  readonly places: Places;
}

async function openStore(ports: AppPorts, places: Places) {
  const [{ ImageStore }, { localPlaces }, { downloads, own: _own, ...tools }] = await Promise.all([
    import('#providers/local/image/image-store.ts'),
    import('#providers/local/local-places.ts'),
    ports.workshop(),
  ]);
  const { clock, random, environment, files, processes } = ports;
  const ground = { world: { clock, random, environment, files, ...tools }, places: localPlaces(places.local) };
  const store = new ImageStore({ ...ground, downloads, workers: processes, tell: () => undefined });
  return { store, ground };
}

async function build({ ports, places }: Ground, order: ImageOrder, signal: AbortSignal): Promise<BuiltImage> {
  const [{ buildImage }, { BUILDABLE }, { store, ground }] = await Promise.all([
    import('#providers/local/image/build/build-image.ts'),
    import('#providers/local/image/build/image-order.ts'),
    openStore(ports, places),
  ]);
  const { system, packages, mirror, to, hear } = order;
  const { world } = ground;
  const { architecture } = world.host;
  if (!isKeyOf(BUILDABLE, system) || architecture === 'other') throw unbuildable(system, Object.keys(BUILDABLE));
  const target = to ?? join(places.local.cache, 'builds', nonce(ports.random));
  try {
    const made = { system, architecture, packages, mirror, target, hear };
    const { digest, packages: installed = [] } = await buildImage(world, made, signal);
    if (to !== undefined) return { id: digest, directory: to, packages: installed };
    hear('taking it into the cache');
    const { id } = await store.import({ path: target, signal });
    return { id, directory: undefined, packages: installed };
  } finally {
    if (to === undefined) await world.disk.removeTree(target);
  }
}

function isKeyOf<Key extends string>(table: Readonly<Record<Key, unknown>>, key: string): key is Key {
  return Object.hasOwn(table, key);
}

function unbuildable(system: string, known: readonly string[]) {
  return problem('local.build-failed', { detail: `Of ${system} no image is built here, only of ${known.join(', ')}.` });
}

interface CachedImage extends Omit<ListedImage, 'is'> {
  readonly entry:
    | {
        readonly form: {
          readonly system: string;
          readonly architecture: Architecture;
          readonly origin: { readonly from: 'download' | 'file' | 'build' };
        };
      }
    | undefined;
}

function listed({ id, entry, sizeBytes, lastUsedMs }: CachedImage): ListedImage {
  const form = entry?.form;
  const is = form && { system: form.system, architecture: form.architecture, origin: form.origin.from };
  return { id, is, sizeBytes, lastUsedMs };
}
