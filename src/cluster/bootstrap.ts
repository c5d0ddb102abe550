import type { ClusterSpec } from '#config/cluster-file.ts';
import type { ClusterUid } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import type { Constructs, RegionScope, StateBucket } from '#provider/constructs.ts';
import { declareBalancer } from './balancer.ts';
import { declareBastion } from './bastion.ts';
import { generatedSecret } from './generated-secret.ts';
import { declareMachineBasis } from './machine-basis.ts';
import { declareNames } from './names.ts';
import { declareNetwork } from './network.ts';
import { declareNodes } from './nodes.ts';
import type { Demand } from './roles.ts';
import { rosterOf } from './roster.ts';

export interface ClusterPlan {
  readonly spec: ClusterSpec;
  readonly uid: ClusterUid;
  readonly demand: Demand;
  readonly constructs: Constructs;
}

/** Where the state will live: made first, so that everything after it is known to more than one workstation. */
export function foundationBlueprint(cluster: ClusterPlan): Blueprint {
  const scope = scopeOf(cluster);
  declareFoundation(cluster.constructs, scope);
  return scope.builder.build();
}

/** The whole procedure. The order is for the reader: what waits for what follows from what each thing needs. */
export function clusterBlueprint(cluster: ClusterPlan): Blueprint {
  const { spec, demand, constructs } = cluster;
  const scope = scopeOf(cluster);

  const bucket = declareFoundation(constructs, scope);
  const regionNetwork = declareNetwork(constructs, scope, spec);
  const overlayKey = scope.builder.declare(generatedSecret, 'secret.overlay', { bytes: 32, purpose: 'overlay' });
  const roster = rosterOf(spec, demand);
  const presharedKey = overlayKey.output('value');
  const basis = declareMachineBasis(constructs, scope, spec, bucket);
  declareBastion(constructs, scope, spec, { basis, regionNetwork });
  const placed = declareNodes(constructs, scope, { spec, roster, regionNetwork, bucket, basis, presharedKey });
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
