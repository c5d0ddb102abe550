import { readNodeBundle } from '#cloud-init/node-bundle.ts';
import { readNodeStub } from '#cloud-init/node-stub.ts';
import { renderUserData } from '#cloud-init/user-data.ts';
import type { ProviderModule } from '#provider/provider-module.ts';
import type { RunEvent } from './app.ts';
import { imageNews } from './image-news.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';

interface LocalWorkplace {
  readonly ports: AppPorts;
  readonly places: Places;
  readonly emit: (event: RunEvent) => void;
}

/** The provider for machines of this workstation. */
export async function localMachines(
  local: KnownCluster['local'],
  { ports, places, emit }: LocalWorkplace,
): Promise<ProviderModule> {
  const { clock, random, environment, files, processes } = ports;
  const [{ localProvider }, { own, downloads, ...tools }, script, { sha256: bundle }] = await Promise.all([
    import('#providers/local/index.ts'),
    ports.workshop(),
    readNodeStub(files),
    readNodeBundle(files),
  ]);
  return localProvider({
    world: { clock, random, environment, files, ...tools },
    roots: places.local,
    own,
    isOffline: local?.offline ?? false,
    downloads,
    workers: processes,
    userDataOf: (words) => renderUserData({ script, bundle, ...words }),
    tell: imageNews(clock, emit),
  });
}
