import type { LockedAsset } from '#assets/asset-lock.ts';
import type { AssetOrder } from '#cluster/assets.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { problem } from '#engine/problem.ts';
import type { Constructs } from '#provider/constructs.ts';
import type { AppPorts } from './ports.ts';

/** What the machines of a cluster fetch. Undefined: they are acted, and fetch nothing. */
export async function assetOrders(
  { files }: Pick<AppPorts, 'files'>,
  { assets, image }: Pick<ClusterSpec, 'assets' | 'image'>,
  { realStages }: Pick<Constructs, 'realStages'>,
): Promise<readonly AssetOrder[] | undefined> {
  if (realStages === undefined) return undefined;
  const [
    { assetsOfStages, NODE_BUNDLE, stagesWith },
    { readNodeBundle },
    { FROM_PROGRAM, UPSTREAM, wantedFrom },
    locks,
  ] = await Promise.all([
    import('#cluster/assets.ts'),
    import('#cloud-init/node-bundle.ts'),
    import('#assets/asset-source.ts'),
    import('#assets/read-lock.ts'),
  ]);
  const { lock = locks.BUILT_IN_LOCK, source = UPSTREAM } = assets ?? {};
  const [locked, { sha256 }] = await Promise.all([locks.readAssetLock(files, lock), readNodeBundle(files)]);
  const known = locked.filter(({ architecture }) => architecture === image.architecture);
  const names = assetsOfStages(stagesWith(realStages, known), known);
  const missing = names.filter((name) => !known.some((asset) => asset.name === name));
  if (missing.length > 0) throw notLocked(missing, image.architecture, lock);
  const wanted = known.filter(({ name }) => names.includes(name));
  const ordered = wanted.map((asset) => {
    const { form, version } = asset;
    return { ...wantedFrom(source, asset), form, version };
  });
  return [{ name: NODE_BUNDLE, sha256, form: 'tar.gz', from: FROM_PROGRAM }, ...ordered];
}

function notLocked(names: readonly string[], architecture: LockedAsset['architecture'], lock: string) {
  return problem('assets.not-locked', { detail: `${lock} has no ${names.join(', ')} for ${architecture}.` });
}
