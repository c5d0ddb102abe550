import { clusterBlueprint, foundationBlueprint } from '#cluster/bootstrap.ts';
import { notYetIn } from '#cluster/outputs.ts';
import { type Plan, planChanges } from '#engine/plan.ts';
import { isProblem } from '#engine/problem.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { probePreconditions } from '#state/probe.ts';
import type { RunOutcome } from './app.ts';
import { clusterPlanOf, foreseeDemand, settleDemand } from './cluster-plan.ts';
import { converge } from './converge.ts';
import { convergePhases } from './converge-phases.ts';
import { DEADLINES } from './deadlines.ts';
import { type Intention, putInForce } from './intention.ts';
import type { OpenCluster } from './open-cluster.ts';
import { describeOutputs } from './outputs.ts';
import { preflight, tellPreflight } from './preflight.ts';
import { announce } from './priced-plan.ts';
import { outcomeOf, type Run } from './run.ts';
import { locateState, type StatePlace } from './state-location.ts';
import { upgradePhases } from './upgrade-phases.ts';
import type { Workstation } from './workstation.ts';

export interface BringUp {
  readonly workstation: Workstation;
  readonly run: Run;
  readonly wait: boolean;
  /** Decides what is wanted, knowing where the state is. */
  readonly intend: (place: StatePlace) => Promise<Intention>;
  /** What the provider said of a cluster that is all new; otherwise it is asked when there is a plan. */
  readonly findings?: readonly PreflightFinding[] | undefined;
  /** Which authorities others are to take the place of. @default none, beside those of which that is under way */
  readonly rotates?: ReadonlySet<string> | undefined;
  /** How many nodes without a server of the API are upgraded at once. @default none is: what nodes run stays as it is */
  readonly upgradesAtOnce?: number | undefined;
  /** The file in force stays it, whatever has been made of the copy here. @default false */
  readonly keepsFile?: boolean | undefined;
  /** Has a look at the first plan before any of it is carried out, and may refuse it. */
  check?(plan: Plan): void;
}

/**
 * Makes a cluster what its file says. The foundation comes first, with the state on this workstation; then the state
 * moves into it, and everything else can be gone on with from anywhere.
 */
export async function bringUp(task: BringUp): Promise<RunOutcome> {
  const { run, wait, workstation } = task;
  const { cluster, interruption } = run;
  const { bucket, local } = cluster.locations;
  const place = await locateState(cluster.locations, interruption.stop);
  const intention = await task.intend(place);
  tellAccess(run, intention);
  const foundation = place === local ? await layFoundation(task, intention) : undefined;
  if (foundation?.ok === false) return outcomeOf(foundation);

  await using lease = await bucket.store.acquire({ wait, existing: true, signal: interruption.stop });
  const { spec } = intention.wanted;
  const demand = await foreseeDemand(cluster, bucket, spec);
  const check = async (plan: Plan): Promise<void> => {
    task.check?.(plan);
    // What follows the foundation was looked at with it.
    if (foundation === undefined) await preflight(run, spec, { plan, snapshot: lease.snapshot });
    // Not before: a file that is refused was never in force.
    if (task.keepsFile !== true) await putInForce(workstation, cluster, bucket, intention);
    await settleDemand(cluster, bucket, spec);
  };
  const { rotates, upgradesAtOnce: atOnce } = task;
  const result =
    atOnce === undefined
      ? await convergePhases(run, lease, { spec, demand, rotates, check })
      : await upgradePhases(run, lease, { spec, demand, atOnce, check });
  const standing = { cluster, place: bucket, snapshot: lease.snapshot, spec };
  const outputs = await describeOutputs(standing, interruption.abort);
  const total = { ...result, done: result.done + (foundation?.done ?? 0) };
  return outcomeOf(total, { outputs, notYet: notYetIn(lease.snapshot) });
}

/** What the program decided by itself is said before anything is made with it. */
export function tellAccess({ emit }: Pick<Run, 'emit'>, { accessFound }: Pick<Intention, 'accessFound'>): void {
  if (accessFound !== undefined) emit({ type: 'access-found', range: accessFound });
}

/** The bucket and its key, and the state moved there. */
async function layFoundation(task: BringUp, intention: Intention): Promise<ApplyResult> {
  const { run, wait, workstation } = task;
  const { cluster, interruption, emit } = run;
  const { local, bucket } = cluster.locations;
  const plan = await clusterPlanOf(cluster, intention.wanted.spec);
  await probePreconditions(local.objects, cluster.ports.random);
  await using lease = await local.store.acquire({ wait, signal: interruption.stop });
  const { types } = cluster.runtime.provider;
  const whole = planChanges(clusterBlueprint(plan), lease.snapshot, { types });
  await announce(run, whole, lease.snapshot);
  if (task.findings === undefined) await preflight(run, plan.spec, { plan: whole, snapshot: lease.snapshot });
  else tellPreflight(run, task.findings);
  await putInForce(workstation, cluster, local, intention);
  const blueprint = foundationBlueprint(plan);
  const result = await converge(run, lease, { blueprint, purpose: 'apply', isAnnounced: true });
  if (!result.ok) return result;
  await probeWhenKnown(cluster, bucket.objects);
  await lease.depart({ to: bucket.title, place: bucket.place });
  await local.store.finishMove(bucket.store);
  emit({ type: 'state-moved', to: bucket.title });
  return result;
}

/** A bucket that was just made may not be known to every server that answers. */
async function probeWhenKnown({ ports }: OpenCluster, objects: ObjectStore): Promise<void> {
  const { clock, random } = ports;
  const untilMs = clock.monotonicMs() + DEADLINES.bucketYoungMs;
  for (;;) {
    try {
      return await probePreconditions(objects, random);
    } catch (error) {
      if (!isProblem(error, 'state.unavailable') || clock.monotonicMs() >= untilMs) throw error;
    }
    await clock.sleep(DEADLINES.followMs);
  }
}
