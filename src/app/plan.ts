import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { trustsIn } from '#cluster/trust.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { isEmpty, type Plan, planChanges } from '#engine/plan.ts';
import { encodePlan } from '#engine/plan-file.ts';
import { problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';
import type { PlanResult, Target } from './app.ts';
import { clusterPlanOf, foreseeDemand } from './cluster-plan.ts';
import type { ClusterText } from './cluster-text.ts';
import { planLooking } from './converge.ts';
import { rotationsIn } from './converge-phases.ts';
import { intendGiven, intendNamed } from './intention.ts';
import type { KnownCluster } from './known-clusters.ts';
import { headingOf, openCluster, type OpenCluster } from './open-cluster.ts';
import { settleAccess } from './operator-address.ts';
import { lookAhead } from './preflight.ts';
import { pricedPlan } from './priced-plan.ts';
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
  const { wanted, accessFound } =
    given === undefined ? await intendNamed(cluster, place, signal) : await intendGiven(cluster, place, given, signal);
  const { spec } = wanted;
  const demand = await foreseeDemand(cluster, place, spec);
  const snapshot = (await place.store.read(signal)) ?? new ClusterState(known.uid);
  cluster.api.follow(() => ({ cluster, snapshot, file: { spec } }));
  const trusts = trustsIn(snapshot);
  const blueprint = clusterBlueprint(await clusterPlanOf(cluster, spec, { demand, trusts, snapshot }));
  const { runtime } = cluster;
  const { types } = runtime.provider;
  const planned = request.refresh
    ? await planLooking(runtime, snapshot, { blueprint, purpose: 'apply' }, signal)
    : planChanges(blueprint, snapshot, { types });
  if (request.savePlanTo !== undefined) await savePlan(cluster, place, planned, request.savePlanTo);
  const looking = { spec, planned, snapshot, asks: request.refresh };
  return { ...(await resultOf(cluster, looking, signal)), exists: true, accessFound };
}

async function unknownCluster(workstation: Workstation, target: Target): Promise<ClusterText | undefined> {
  const given = await givenFile(workstation, target);
  if (given === undefined) return undefined;
  const known = await workstation.clusters.find(given.spec.name);
  return known === undefined || known.isDeleted ? given : undefined;
}

/** What create would do. */
export async function planNewcomer(
  workstation: Workstation,
  given: ClusterText,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { name, provider, region, simulator, local } = given.spec;
  if (request.savePlanTo !== undefined) {
    throw problem('cluster.unknown', { detail: `A plan is bound to a state, and ${name} has none before create.` });
  }
  const uid = newClusterUid(workstation.ports.random);
  const identity = { name, provider, region, uid, simulator, local };
  const cluster = await open(workstation, { ...identity, place: '', isAttached: false, isDeleted: false });
  // Whose account it is comes first: without credentials nothing else is of interest.
  const heading = await headingOf(cluster, signal);
  const { wanted, accessFound } = await settleAccess(cluster, given, undefined, signal);
  const blueprint = clusterBlueprint(await clusterPlanOf(cluster, wanted.spec));
  const { types } = cluster.runtime.provider;
  const snapshot = new ClusterState(uid);
  const planned = planChanges(blueprint, snapshot, { types });
  const looking = { heading, spec: wanted.spec, planned, snapshot, asks: request.refresh };
  return { ...(await resultOf(cluster, looking, signal)), exists: false, accessFound };
}

function open({ ports, places }: Workstation, known: KnownCluster): Promise<OpenCluster> {
  return openCluster(known, { ports, places, emit: () => undefined });
}

async function savePlan({ ports }: OpenCluster, place: StatePlace, planned: Plan, path: string): Promise<void> {
  const seal = await place.store.seal();
  if (seal === undefined) throw problem('state.absent', { detail: `Nothing was begun in ${place.title} yet.` });
  await replaceFile(ports, path, encodePlan(planned, seal));
}

type Heading = Awaited<ReturnType<typeof headingOf>>;

interface Looking {
  /** Undefined: it is still to be asked for. */
  readonly heading?: Heading;
  readonly spec: ClusterSpec;
  readonly planned: Plan;
  readonly snapshot: Snapshot;
  /** Whether the provider is asked what it thinks of it. */
  readonly asks: boolean;
}

async function resultOf(
  cluster: OpenCluster,
  { heading: known, spec, planned, snapshot, asks }: Looking,
  signal: AbortSignal,
): Promise<Omit<PlanResult, 'exists'>> {
  const [heading, preflight, priced] = await Promise.all([
    known ?? headingOf(cluster, signal),
    asks ? lookAhead(cluster, spec, { plan: planned, snapshot }, signal) : [],
    pricedPlan(cluster, planned, snapshot, signal),
  ]);
  return { heading, ...priced, isEmpty: isEmpty(planned), preflight, rotations: rotationsIn(snapshot) };
}
