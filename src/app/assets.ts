import { join } from 'node:path';
import type { LockedAsset } from '#assets/asset-lock.ts';
import type { FileVerdict } from '#assets/mirror.ts';
import type { RunEvent, Target } from './app.ts';
import { openAssetCache } from './asset-cache.ts';
import { readClusterText } from './cluster-text.ts';
import { readFileOf } from './intention.ts';
import type { Workstation } from './workstation.ts';

export interface ListedAsset extends LockedAsset {
  /** Where it would be fetched from; undefined: nobody publishes it, and no other source is named. */
  readonly from: string | undefined;
  /** Undefined: it is not in the cache of this workstation. */
  readonly sizeBytes: number | undefined;
}

interface SyncOrder {
  /** The cluster whose lock and source are meant; none: what the program brings, from its makers. */
  readonly target: Target | undefined;
  /** The folder that is to have them. */
  readonly to: string;
  /** Only for this kind of processor. */
  readonly architecture?: LockedAsset['architecture'] | undefined;
  /** Hears of each step. */
  readonly hear: (line: string) => void;
}

export interface CheckedAsset {
  readonly sha256: string;
  /** As the lock calls it; undefined: no lock says what it is. */
  readonly asset: LockedAsset | undefined;
  readonly verdict: FileVerdict;
}

interface AssetToAdd {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  /** @default that of this workstation */
  readonly architecture?: LockedAsset['architecture'] | undefined;
  readonly to: string;
}

/** What machines are given to run, and where it is. */
export interface Assets {
  list(target: Target | undefined): Promise<readonly ListedAsset[]>;
  sync(order: SyncOrder, signal: AbortSignal): Promise<readonly LockedAsset[]>;
  /** Reads every byte of a folder with its lock, or of the cache of this workstation. */
  verify(folder: string | undefined, signal: AbortSignal): Promise<readonly CheckedAsset[]>;
  add(asset: AssetToAdd): Promise<LockedAsset>;
}

/** Its code is loaded when it is asked for. */
export function assetsOf(workstation: Workstation): Assets {
  const { ports } = workstation;
  return {
    list: (target) => list(workstation, target),
    sync: (order, signal) => sync(workstation, order, signal),
    verify: (folder, signal) => verify(workstation, folder, signal),
    async add({ architecture, ...added }) {
      const [{ addAsset }, { disk, host }] = await Promise.all([import('#assets/add-asset.ts'), ports.workshop()]);
      const own = host.architecture === 'arm64' ? 'arm64' : 'amd64';
      return addAsset({ ...ports, disk }, { ...added, architecture: architecture ?? own });
    },
  };
}

interface Meant {
  readonly assets: readonly LockedAsset[];
  readonly source: string;
}

async function meant(workstation: Workstation, target: Target | undefined): Promise<Meant> {
  const [{ readAssetLock, BUILT_IN_LOCK }, { UPSTREAM }] = await Promise.all([
    import('#assets/read-lock.ts'),
    import('#assets/asset-source.ts'),
  ]);
  const path = target === undefined ? undefined : fileOf(workstation, target);
  const text = path === undefined ? undefined : await readClusterText(await readFileOf(workstation, path), path);
  const { lock = BUILT_IN_LOCK, source = UPSTREAM } = text?.spec.assets ?? {};
  return { assets: await readAssetLock(workstation.ports.files, lock), source };
}

function fileOf({ places }: Workstation, target: Target): string {
  return 'file' in target ? target.file : places.of(target.name).file;
}

async function list(workstation: Workstation, target: Target | undefined): Promise<readonly ListedAsset[]> {
  const { ports, places } = workstation;
  const [{ assets, source }, cache, { placeIn }] = await Promise.all([
    meant(workstation, target),
    openAssetCache({ ports, places, emit: () => undefined }),
    import('#assets/asset-source.ts'),
  ]);
  return Promise.all(
    assets.map(async (asset) => ({
      ...asset,
      from: placeIn(source, asset),
      sizeBytes: await cache.size(asset.sha256),
    })),
  );
}

async function sync(workstation: Workstation, order: SyncOrder, signal: AbortSignal): Promise<readonly LockedAsset[]> {
  const { ports, places } = workstation;
  const { target, to, architecture, hear } = order;
  const { assets: all, source } = await meant(workstation, target);
  const assets = all.filter((asset) => architecture === undefined || asset.architecture === architecture);
  const emit = (event: RunEvent): void => {
    if (event.type === 'image-news') hear(event.text);
    if (event.type === 'image-coming') hear(progressOf(event));
  };
  const [{ fillMirror }, { disk }, cache] = await Promise.all([
    import('#assets/mirror.ts'),
    ports.workshop(),
    openAssetCache({ ports, places, emit }),
  ]);
  const tell = ({ name, version, architecture: kind }: LockedAsset, turn: string): void =>
    hear(`${name} ${version} ${kind}: ${turn}`);
  await fillMirror({ ...ports, disk }, cache, { assets, source, to, signal, tell });
  return assets;
}

const MIB = 2 ** 20;

/** `etcd-v3.6.14-linux-amd64.tar.gz: 12 of 24 MiB` */
function progressOf({ from, bytes, of }: Extract<RunEvent, { readonly type: 'image-coming' }>): string {
  const size = `${Math.round(bytes / MIB)}${of === undefined ? '' : ` of ${Math.round(of / MIB)}`} MiB`;
  return `${from.split('/').at(-1) ?? from}: ${size}`;
}

async function verify(
  { ports, places }: Workstation,
  folder: string | undefined,
  signal: AbortSignal,
): Promise<readonly CheckedAsset[]> {
  const { readAssetLock, BUILT_IN_LOCK } = await import('#assets/read-lock.ts');
  if (folder !== undefined) {
    const [{ verifyMirror }, { LOCK_FILE }, { disk }] = await Promise.all([
      import('#assets/mirror.ts'),
      import('#assets/asset-lock.ts'),
      ports.workshop(),
    ]);
    const assets = await readAssetLock(ports.files, join(folder, LOCK_FILE));
    const found = await verifyMirror({ disk }, folder, assets, signal);
    return found.map(([asset, verdict]) => ({ sha256: asset.sha256, asset, verdict }));
  }
  const cache = await openAssetCache({ ports, places, emit: () => undefined });
  const [found, known] = await Promise.all([cache.verify(signal), readAssetLock(ports.files, BUILT_IN_LOCK)]);
  return found.map(({ sha256, isWhole }) => ({
    sha256,
    asset: known.find((asset) => asset.sha256 === sha256),
    verdict: isWhole ? 'whole' : 'damaged',
  }));
}
