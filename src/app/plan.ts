import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { isEmpty, type Plan, planChanges } from '#engine/plan.ts';
import { encodePlan } from '#engine/plan-file.ts';
import { problem } from '#engine/problem.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';
import type { PlanResult, Target } from './app.ts';
import { clusterPlanOf, foreseeDemand } from './cluster-plan.ts';
import type { ClusterText } from './cluster-text.ts';
import { describeChanges, planLooking } from './converge.ts';
import { intendGiven, intendNamed } from './intention.ts';
import type { KnownCluster } from './known-clusters.ts';
import { headingOf, openCluster, type OpenCluster } from './open-cluster.ts';
import { givenFile, meantCluster, refuseDeleted } from './read-cluster.ts';
import { replaceFile } from './replace-file.ts';
import { locateState, type StatePlace } from './state-location.ts';
import type { Workstation } from './workstation.ts';

export interface PlanRequest {
  readonly refresh: boolean;
  readonly savePlanTo?: string;
}

/** What apply would do, and why. Changes nothing; takes no lease. */
export async function plan(
  workstation: Workstation,
  target: Target,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanResult> {
  const newcomer = await unknownCluster(workstation, target);
  if (newcomer !== undefined) return planNewcomer(workstation, newcomer, request, signal);
  const { known, given } = await meantCluster(workstation, target);
  refuseDeleted(known);
  const cluster = await open(workstation, known);
  const place = await locateState(cluster.locations, signal);
  const intention = given === undefined ? await intendNamed(cluster, place) : await intendGiven(cluster, place, given);
  const { spec } = intention.wanted;
  const demand = await foreseeDemand(cluster, place, spec);
  const blueprint = clusterBlueprint(clusterPlanOf(cluster, spec, demand));
  const snapshot = (await place.store.read(signal)) ?? new ClusterState(known.uid);
  const { runtime } = cluster;
  const { types } = runtime.provider;
  const planned = request.refresh
    ? await planLooking(runtime, snapshot, { blueprint, purpose: 'apply' }, signal)
    : planChanges(blueprint, snapshot, { types });
  if (request.savePlanTo !== undefined) await savePlan(cluster, place, planned, request.savePlanTo);
  return { ...(await resultOf(cluster, planned, signal)), exists: true };
}

async function unknownCluster(workstation: Workstation, target: Target): Promise<ClusterText | undefined> {
  const given = await givenFile(workstation, target);
  if (given === undefined) return undefined;
  const known = await workstation.clusters.find(given.spec.name);
  return known === undefined || known.isDeleted ? given : undefined;
}

/** What create would do. */
async function planNewcomer(
  workstation: Workstation,
  { spec }: ClusterText,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanResult> {
  if (request.savePlanTo !== undefined) {
    throw problem('cluster.unknown', {
      detail: `A plan is bound to a state, and ${spec.name} has none before create.`,
    });
  }
  const { name, provider, region, simulator } = spec;
  const uid = newClusterUid(workstation.ports.random);
  const identity = { name, provider, region, uid, simulator };
  const cluster = await open(workstation, { ...identity, place: '', isAttached: false, isDeleted: false });
  const blueprint = clusterBlueprint(clusterPlanOf(cluster, spec));
  const { types } = cluster.runtime.provider;
  const planned = planChanges(blueprint, new ClusterState(uid), { types });
  return { ...(await resultOf(cluster, planned, signal)), exists: false };
}

function open({ ports, places }: Workstation, known: KnownCluster): Promise<OpenCluster> {
  return openCluster(known, { ports, places, emit: () => undefined });
}

async function savePlan({ ports }: OpenCluster, place: StatePlace, planned: Plan, path: string): Promise<void> {
  const seal = await place.store.seal();
  if (seal === undefined) throw problem('state.absent', { detail: `Nothing was begun in ${place.title} yet.` });
  await replaceFile(ports, path, encodePlan(planned, seal));
}

async function resultOf(cluster: OpenCluster, planned: Plan, signal: AbortSignal): Promise<Omit<PlanResult, 'exists'>> {
  const heading = await headingOf(cluster, signal);
  return { heading, changes: describeChanges(planned), isEmpty: isEmpty(planned) };
}
