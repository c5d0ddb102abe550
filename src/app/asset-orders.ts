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
  const [{ assetsOfStages, NODE_BUNDLE }, { readNodeBundle }, { FROM_PROGRAM, UPSTREAM, wantedFrom }, locks] =
    await Promise.all([
      import('#cluster/assets.ts'),
      import('#cloud-init/node-bundle.ts'),
      import('#assets/asset-source.ts'),
      import('#assets/read-lock.ts'),
    ]);
  const { lock = locks.BUILT_IN_LOCK, source = UPSTREAM } = assets ?? {};
  const [locked, { sha256 }] = await Promise.all([locks.readAssetLock(files, lock), readNodeBundle(files)]);
  const ordered = assetsOfStages(realStages).map((name) => {
    const asset = locked.find((each) => each.name === name && each.architecture === image.architecture);
    if (asset === undefined) throw notLocked(name, image.architecture, lock);
    return { ...wantedFrom(source, asset), form: asset.form };
  });
  return [{ name: NODE_BUNDLE, sha256, form: 'tar.gz', from: FROM_PROGRAM }, ...ordered];
}

function notLocked(name: string, architecture: LockedAsset['architecture'], lock: string) {
  return problem('assets.not-locked', { detail: `${lock} has no ${name} for ${architecture}.` });
}
