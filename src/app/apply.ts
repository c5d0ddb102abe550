import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { notYetIn } from '#cluster/outputs.ts';
import { trustsIn } from '#cluster/trust.ts';
import { applyPlan } from '#engine/apply.ts';
import type { Plan } from '#engine/plan.ts';
import { decodePlan } from '#engine/plan-file.ts';
import { problem } from '#engine/problem.ts';
import { fileTrouble } from '#std/files.ts';
import type { Interruption, RunOutcome, Target } from './app.ts';
import { bringUp, type BringUp, tellAccess } from './bring-up.ts';
import { clusterPlanOf, foreseeDemand, settleDemand } from './cluster-plan.ts';
import { intendGiven, intendNamed, putInForce } from './intention.ts';
import { describeOutputs } from './outputs.ts';
import { preflight } from './preflight.ts';
import { announce } from './priced-plan.ts';
import { tuned } from './tune.ts';
import { meantCluster, refuseDeleted } from './read-cluster.ts';
import { carryOutRun, outcomeOf } from './run.ts';
import { locateState } from './state-location.ts';
import type { Workstation } from './workstation.ts';

export interface ApplyRequest {
  readonly planFile?: string;
  readonly wait: boolean;
}

/** Makes a cluster what its file says, or does exactly what a saved plan says. */
export async function apply(
  workstation: Workstation,
  target: Target,
  { planFile, wait }: ApplyRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places, clusters } = workstation;
  const { known: found, given } = await meantCluster(workstation, target);
  refuseDeleted(found);
  const known = given === undefined ? found : await tuned(clusters, found, given.spec);
  const saved = planFile === undefined ? undefined : await readPlanFile(workstation, planFile);
  return carryOutRun({ ports, places, known, verb: 'apply', interruption }, (run) => {
    const { cluster } = run;
    const intend: BringUp['intend'] = (place) =>
      given === undefined
        ? intendNamed(cluster, place, interruption.stop)
        : intendGiven(cluster, place, given, interruption.stop);
    const task: BringUp = { workstation, run, wait, intend };
    return saved === undefined ? bringUp(task) : applySaved(task, saved);
  });
}

async function readPlanFile({ ports }: Workstation, path: string): Promise<string> {
  try {
    return await ports.files.read(path);
  } catch (error) {
    throw problem('plan.file-invalid', { detail: `${path} cannot be read: ${fileTrouble(error)}.`, cause: error });
  }
}

async function applySaved({ workstation, run, wait, intend }: BringUp, saved: string): Promise<RunOutcome> {
  const { cluster, interruption } = run;
  const { stop, abort } = interruption;
  const place = await locateState(cluster.locations, stop);
  const intention = await intend(place);
  tellAccess(run, intention);
  const { spec } = intention.wanted;
  await using lease = await place.store.acquire({ wait, existing: true, signal: stop });
  cluster.api.follow(() => ({ cluster, snapshot: lease.snapshot, file: { spec } }));
  const seal = await place.store.seal(stop);
  if (seal === undefined) throw problem('state.absent', { detail: `Nothing is in ${place.title}.` });
  const plan = decodePlan(saved, seal);
  const demand = await foreseeDemand(cluster, place, spec);
  const standing = { demand, trusts: trustsIn(lease.snapshot), snapshot: lease.snapshot };
  checkFile(plan, clusterBlueprint(await clusterPlanOf(cluster, spec, standing)).hash);
  await announce(run, plan, lease.snapshot);
  await preflight(run, spec, { plan, snapshot: lease.snapshot });
  await putInForce(workstation, cluster, place, intention);
  await settleDemand(cluster, place, spec);
  const result = await applyPlan(plan, { runtime: cluster.runtime, journal: lease, stop, abort });
  const outputs = await describeOutputs({ cluster, place, snapshot: lease.snapshot, spec }, abort);
  return outcomeOf(result, { outputs, notYet: notYetIn(lease.snapshot) });
}

/** What is kept as the file in force must be what the plan leads to. */
function checkFile(plan: Plan, blueprint: string): void {
  if (plan.blueprint === blueprint) return;
  const detail = 'The cluster file, a manifest, or the number of nodes wanted, is not what was planned.';
  throw problem('plan.stale', { detail });
}
