import type { ClusterPlan } from '#cluster/bootstrap.ts';
import type { AssetOrder } from '#cluster/assets.ts';
import { editionsIn, type Upgrading } from '#cluster/editions.ts';
import { type Demand, groupOf, ROLES } from '#cluster/roles.ts';
import type { Trusts } from '#cluster/trust.ts';
import type { Snapshot } from '#engine/record.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { reconcileDemand } from '#state/demand.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { askedObjects } from './asked-objects.ts';
import { assetOrders } from './asset-orders.ts';
import type { OpenCluster } from './open-cluster.ts';
import type { StatePlace } from './state-location.ts';

export interface Standing {
  readonly demand: Demand;
  readonly trusts: Trusts;
  /** What nodes run, and are told to, follows from it. */
  readonly snapshot: Pick<Snapshot, 'records' | 'current'>;
  /** @default no upgrade is under way */
  readonly upgrading?: Upgrading | undefined;
}

/** What the file of a cluster asks for, with as many nodes as are wanted now, and whom they are to believe now. */
export async function clusterPlanOf(
  cluster: OpenCluster,
  spec: ClusterSpec,
  standing?: Standing,
): Promise<ClusterPlan> {
  const plan = foundationPlanOf(cluster, spec);
  const lock = await assetOrders(cluster.ports, spec, plan.constructs);
  const { snapshot, upgrading, ...wanted } = standing ?? {};
  const editions = snapshot && lock && editionsIn(snapshot, lock, upgrading);
  const assets = editions?.inForce ?? lock;
  const manifests = await manifestsFor(cluster.ports, spec, assets);
  const asked = await askedObjects(cluster.ports, spec, manifests);
  return { ...plan, ...wanted, assets, editions, manifests, asked };
}

/** Undefined: its machines are not given Kubernetes. */
async function manifestsFor(
  { files }: Pick<OpenCluster['ports'], 'files'>,
  spec: ClusterSpec,
  assets: readonly AssetOrder[] = [],
): Promise<ClusterPlan['manifests']> {
  if (!assets.some(({ name }) => name === 'kubelet')) return undefined;
  const [{ CLUSTER_DOMAIN }, { dnsAddress }, { platformManifests }] = await Promise.all([
    import('#cluster/kubernetes-certificates.ts'),
    import('#cluster/kubernetes.ts'),
    import('#kubernetes/platform-manifests.ts'),
  ]);
  const images = assets.flatMap(({ name, form, version }): readonly (readonly [string, string])[] =>
    form === 'image' && version !== undefined ? [[name, version]] : [],
  );
  const place = { clusterDomain: CLUSTER_DOMAIN, dnsAddress: dnsAddress(spec), images: new Map(images) };
  return platformManifests(files, place);
}

/** For the foundation alone, which needs nothing that could be missing. */
export function foundationPlanOf({ module, known }: OpenCluster, spec: ClusterSpec): ClusterPlan {
  return { spec, uid: known.uid, demand: {}, constructs: module.constructs };
}

/** Settles how many nodes are wanted: since a scale its decision counts, until the file's own number changes. */
export async function settleDemand({ ports }: OpenCluster, place: StatePlace, spec: ClusterSpec): Promise<Demand> {
  const register = new DemandRegister({ objects: place.objects, clock: ports.clock, random: ports.random });
  const settled = pools(spec).map(
    async ({ role, count }) => [role, await register.reconcileFile(role, count)] as const,
  );
  return Object.fromEntries(await Promise.all(settled));
}

/** The same as it would be settled now, without a trace. */
export async function foreseeDemand({ ports }: OpenCluster, place: StatePlace, spec: ClusterSpec): Promise<Demand> {
  const { clock, random } = ports;
  const demand = await new DemandRegister({ objects: place.objects, clock, random }).read();
  const foreseen = pools(spec).map(({ role, count }) => {
    const settled = reconcileDemand(demand, { pool: role, fileValue: count, eventId: 'plan' }, clock.wallMs());
    return [role, settled.pools[role]?.desired ?? count] as const;
  });
  return Object.fromEntries(foreseen);
}

function pools(spec: ClusterSpec) {
  return ROLES.flatMap((role) => {
    const group = groupOf(spec, role);
    return group === undefined ? [] : [{ role, count: group.count }];
  });
}
