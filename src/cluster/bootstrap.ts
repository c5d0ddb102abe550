import type { ClusterSpec } from '#config/cluster-file.ts';
import type { ClusterUid } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import type { Manifest, WantedObject } from '#kubernetes/manifest.ts';
import type { Constructs, RegionScope, StateBucket } from '#provider/constructs.ts';
import { type AssetOrder, declareAssets, haveKubernetes, stagesWith } from './assets.ts';
import { declareBalancer } from './balancer.ts';
import { declareBastion } from './bastion.ts';
import { declareEtcd } from './etcd.ts';
import type { Editions } from './editions.ts';
import { declareKubernetes } from './kubernetes.ts';
import { declareMachineBasis } from './machine-basis.ts';
import { declareMachines } from './machines.ts';
import { declareNames } from './names.ts';
import { declareNetwork } from './network.ts';
import { declareNodes } from './nodes.ts';
import { declareOverlay } from './overlay.ts';
import { declarePlatform } from './platform.ts';
import type { Demand } from './roles.ts';
import { rosterOf } from './roster.ts';
import type { Trusts } from './trust.ts';

export interface ClusterPlan {
  readonly spec: ClusterSpec;
  readonly uid: ClusterUid;
  readonly demand: Demand;
  readonly constructs: Constructs;
  /** What machines fetch that become nodes now. @default nothing */
  readonly assets?: readonly AssetOrder[] | undefined;
  /** What is to be on the shelf, and what nodes that are there are to run. @default as if there were none yet */
  readonly editions?: Pick<Editions, 'shelved' | 'nodes'> | undefined;
  /** @default one authority for each purpose, the first */
  readonly trusts?: Trusts | undefined;
  /** What is put into its API. @default nothing: nobody could, for there is none that is real */
  readonly manifests?: readonly Manifest[] | undefined;
  /** What its file asks for beside that. @default nothing */
  readonly asked?: readonly WantedObject[] | undefined;
}

const NO_TRUSTS: Trusts = new Map();
const NOBODY: Editions['nodes'] = new Map();

/** Where the state will live: made first, so that everything after it is known to more than one workstation. */
export function foundationBlueprint(cluster: ClusterPlan): Blueprint {
  const scope = scopeOf(cluster);
  declareFoundation(cluster.constructs, scope);
  return scope.builder.build();
}

/** The whole procedure. The order is for the reader: what waits for what follows from what each thing needs. */
export function clusterBlueprint(cluster: ClusterPlan): Blueprint {
  const { spec, demand, constructs, assets = [], trusts = NO_TRUSTS, manifests, asked } = cluster;
  const { shelved, nodes: held } = cluster.editions ?? { shelved: assets, nodes: NOBODY };
  const scope = scopeOf(cluster);
  const roster = rosterOf(spec, demand);
  const realStages = constructs.realStages && stagesWith(constructs.realStages, assets);
  const hasKubernetes = realStages === undefined || haveKubernetes(realStages);

  const bucket = declareFoundation(constructs, scope);
  const shelf = declareAssets(scope, shelved);
  const regionNetwork = declareNetwork(constructs, scope, spec);
  const overlay = declareOverlay(scope);
  const etcd = declareEtcd(scope, roster, trusts);
  const kubernetes = hasKubernetes ? declareKubernetes(scope, spec, { roster, etcd, trusts, constructs }) : undefined;
  const basis = declareMachineBasis(constructs, scope, spec, bucket);
  declareBastion(constructs, scope, spec, { basis, regionNetwork, bucket });
  const placed = declareMachines(constructs, scope, { spec, roster, regionNetwork, bucket, basis });
  const given = { shelf, assets, editions: held, realStages };
  const nodes = declareNodes(scope, placed, { spec, overlay, etcd, kubernetes, given });
  if (manifests !== undefined) declarePlatform(scope, { manifests, asked, store: etcd.address, nodes });
  const balancer = declareBalancer(constructs, scope, spec, { regionNetwork, placed });
  declareNames(constructs, scope, spec, { network: regionNetwork.network, placed, balancer });

  return scope.builder.build();
}

function declareFoundation(constructs: Constructs, scope: RegionScope): StateBucket {
  const key = constructs.stateKey(scope);
  return constructs.stateBucket(scope, { key });
}

function scopeOf({ spec, uid }: ClusterPlan): RegionScope {
  return { builder: new BlueprintBuilder(), uid, clusterName: spec.name, tags: spec.tags, region: spec.region };
}
