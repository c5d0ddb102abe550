import type { AssetSession } from '#assets/asset-kind.ts';
import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { SecretSession } from '#cluster/generated-secret.ts';
import type { CertificateSession } from '#cluster/node-certificate.ts';
import { RateBudgets } from '#engine/budget.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { KubernetesSession } from '#kubernetes/kubernetes-session.ts';
import type { Connection, ProviderModule } from '#provider/provider-module.ts';
import type { RunEvent, RunHeading } from './app.ts';
import { assetFetcher } from './asset-cache.ts';
import { ClusterApi } from './cluster-api.ts';
import type { KnownCluster } from './known-clusters.ts';
import { localState, openState } from './local-state.ts';
import type { ClusterPlaces, Places } from './places.ts';
import type { AppPorts } from './ports.ts';
import { loadProvider } from './providers.ts';
import type { StateLocations } from './state-location.ts';

/** A known cluster with everything that is needed to work on it. */
export interface OpenCluster {
  readonly ports: AppPorts;
  readonly known: KnownCluster;
  readonly places: ClusterPlaces;
  readonly module: ProviderModule;
  readonly connection: Connection;
  readonly runtime: EngineRuntime;
  /** The way to what runs inside of it. */
  readonly api: ClusterApi;
  readonly locations: StateLocations;
}

export interface Opening {
  readonly ports: AppPorts;
  readonly places: Places;
  /** Whether its name was taken just now. @default false */
  readonly isNew?: boolean;
  readonly emit: (event: RunEvent) => void;
}

/** Opens nothing yet but the provider's code: the first request does. */
export async function openCluster(known: KnownCluster, opening: Opening): Promise<OpenCluster> {
  const { ports, places, emit, isNew = false } = opening;
  const { clock, random, processes } = ports;
  const module = await loadProvider(known, { ports, places, emit });
  const connection = module.connect({ region: known.region, clock, random });
  const { session, types } = connection.provider;
  const api = new ClusterApi(ports);
  const fetchAsset = assetFetcher({ ports, places, emit });
  const provider = {
    ...connection.provider,
    session: withOwn(session, { clock, random, fetchAsset, kubernetes: api.open }),
    types: withClusterKinds(types),
  };
  const stateOpening = { ports, places, known, holder: await processes.self(), emit };
  const { location, objects, seal } = connection.stateOf(known.uid);
  const store = openState(stateOpening, objects, seal);
  return {
    ports,
    known,
    places: places.of(known.name),
    module,
    connection,
    api,
    runtime: { clock, random, provider, budgets: new RateBudgets(provider.budgets, clock), emit },
    locations: {
      local: localState(stateOpening),
      bucket: { store, objects, title: location, place: location },
      mayBegin: !known.isAttached,
      isNew,
      isInAccount: async (signal) =>
        (await connection.walk(known.uid, signal)).some(
          ({ goesLater, disk }) => goesLater === undefined && disk === undefined,
        ),
    },
  };
}

/** What the kinds that are the same at every provider work with, beside what the provider's own do. */
function withOwn(
  session: unknown,
  brought: Pick<AppPorts, 'clock' | 'random'> & Pick<AssetSession, 'fetchAsset'> & KubernetesSession,
): object {
  const own: SecretSession & Omit<CertificateSession, 'mailbox'> & typeof brought = {
    ...brought,
    forgotten: new Set(),
    reissued: new Map(),
  };
  return typeof session === 'object' ? { ...session, ...own } : own;
}

/** Who works on what, and where; asks the provider who is asking. */
export async function headingOf(cluster: OpenCluster, signal: AbortSignal): Promise<Omit<RunHeading, 'verb'>> {
  const { known, connection, module } = cluster;
  const { account, principal } = await connection.whoAmI(signal);
  const { name, provider, region } = known;
  const { emulator } = module;
  const isSimulated = provider === 'simulator';
  return {
    cluster: name,
    provider,
    isSimulated,
    region,
    account,
    principal,
    ...(emulator === undefined ? {} : { emulator }),
  };
}
