import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { breaksToEnd } from '#cluster/breaks.ts';
import { standingNodes } from '#cluster/standing-nodes.ts';
import { trustsIn } from '#cluster/trust.ts';
import { mendingStep, type UpgradeGoal, type UpgradeStep, upgradeSteps, upgradingTo } from '#cluster/upgrade-steps.ts';
import { explain } from '#engine/change.ts';
import type { Plan } from '#engine/plan.ts';
import { problem } from '#engine/problem.ts';
import type { ApplyResult } from '#engine/tally.ts';
import { node } from '#host/node.ts';
import type { StateLease } from '#state/state-lease.ts';
import { sameValue } from '#std/same-value.ts';
import type { PhasesGoal } from './converge-phases.ts';
import { clusterPlanOf } from './cluster-plan.ts';
import { converge } from './converge.ts';
import type { Run } from './run.ts';
import { awaitOthers } from './upgrade-calm.ts';
import { upgradeGoal } from './upgrade-goal.ts';

interface Upgrade extends Pick<PhasesGoal, 'spec' | 'demand' | 'check'> {
  readonly atOnce: number;
}

interface Stage {
  readonly run: Run;
  readonly lease: StateLease;
  readonly upgrade: Upgrade;
  readonly goal: UpgradeGoal;
}

/**
 * Has the nodes run what the lock says, step by step. What the next step is follows from the state alone: whoever comes after
 * a crash, or after Ctrl-C, goes on with it.
 *
 * | pass               | does                                                                             |
 * |--------------------|----------------------------------------------------------------------------------|
 * | before all else    | nodes that are halted, or were told what nobody means any more, are told something else |
 * | before each step   | what is wanted of the cluster anyhow, with all that is to come on the shelf, and breaks end; then all other nodes are awaited until they are ready |
 * | a step             | its nodes have their break, are told what to run, and say that they do           |
 * | after the last     | what nobody runs any more leaves the shelf, and objects go with what is in force |
 */
export async function upgradePhases(run: Run, lease: StateLease, upgrade: Upgrade): Promise<ApplyResult> {
  const { cluster } = run;
  const { spec, atOnce, check } = upgrade;
  cluster.api.follow(() => ({ cluster, snapshot: lease.snapshot, file: { spec } }));
  const goal = await upgradeGoal(cluster, { spec, snapshot: lease.snapshot, atOnce });
  const stage: Stage = { run, lease, upgrade, goal };
  let done = 0;
  let before: UpgradeStep | undefined;
  for (let isFirst = true; ; isFirst = false) {
    const mending = mendingIn(stage);
    const ready = mending === undefined ? await pass(stage, undefined, isFirst ? check : undefined) : NOTHING_DONE;
    done += ready.done;
    if (!ready.ok) return { ...ready, done };
    const left = upgradeSteps(standingNodes(lease.snapshot), goal);
    const step = mending ?? left[0];
    if (step === undefined) break;
    if (sameValue(step, before)) throw stalled(step);
    await calm(stage, step, mending);
    tellStep(run, step, left.length);
    const result = await pass(stage, step, async (plan) => {
      if (isFirst && mending !== undefined) await check(plan);
      refuseOthers(plan, step);
    });
    done += result.done;
    const isStopped = run.interruption.stop.aborted;
    if (!result.ok || isStopped) await endBreaks(stage);
    if (!result.ok) return { ...result, done };
    if (isStopped) throw paused(upgradeSteps(standingNodes(lease.snapshot), goal));
    before = step;
  }
  const last = await pass({ ...stage, goal: { ...goal, lock: [] } }, undefined);
  return { ...last, done: done + last.done };
}

const NOTHING_DONE = { ok: true, done: 0, failed: [], skipped: [] } as const;

/** What heals a node need not wait for others: they may be unwell because of it. */
async function calm({ run, lease }: Stage, step: UpgradeStep, mending: UpgradeStep | undefined): Promise<void> {
  if (step === mending) return;
  const { stop, abort } = run.interruption;
  const signal = AbortSignal.any([lease.lost, stop, abort]);
  await awaitOthers({ runtime: run.cluster.runtime, snapshot: lease.snapshot, step, signal });
}

function mendingIn({ lease, goal }: Stage): UpgradeStep | undefined {
  const standing = standingNodes(lease.snapshot);
  return mendingStep(standing, goal, upgradeSteps(standing, goal));
}

async function pass(
  { run, lease, upgrade, goal }: Stage,
  step: UpgradeStep | undefined,
  check?: (plan: Plan) => Promise<void>,
): Promise<ApplyResult> {
  const { cluster } = run;
  const { spec, demand } = upgrade;
  const { snapshot } = lease;
  const standing = { demand, trusts: trustsIn(snapshot), snapshot, upgrading: upgradingTo(goal, step) };
  const blueprint = clusterBlueprint(await clusterPlanOf(cluster, spec, standing));
  return converge(run, lease, { blueprint, purpose: 'apply', ...(check === undefined ? {} : { check }) });
}

/** What has gone since it was last looked at comes first: never is another node down for our sake meanwhile. */
function refuseOthers({ changes }: Plan, step: UpgradeStep): void {
  const others = changes.filter(
    ({ kind, action, address }) =>
      kind === node.kind && action !== 'keep' && !step.nodes.some(({ name }) => address.endsWith(`.${name}`)),
  );
  const gone = others.filter(({ action }) => action !== 'update');
  if (gone.length === 0) return;
  const detail = gone.map(({ address, because }) => `${address}: ${explain(because)}.`).join('\n');
  throw problem('upgrade.not-now', { detail });
}

/** Nodes that were told nothing take work again, whatever has stopped the upgrade. */
async function endBreaks(stage: Stage): Promise<void> {
  const { run, lease } = stage;
  const { abort } = run.interruption;
  if (abort.aborted || lease.lost.aborted || breaksToEnd(lease.snapshot).length === 0) return;
  await pass({ ...stage, run: { ...run, interruption: { stop: abort, abort } } }, undefined);
}

function tellStep({ emit }: Run, { nodes }: UpgradeStep, left: number): void {
  const names = nodes.map(({ name }) => name);
  emit({ type: 'upgrade', nodes: names, stepsLeft: left });
}

function paused(left: readonly UpgradeStep[]) {
  const names = [...new Set(left.flatMap(({ nodes }) => nodes.map(({ name }) => name)))];
  const detail =
    names.length > 0
      ? `Still to be upgraded: ${names.join(', ')}.`
      : 'Every node runs what it is to. What nobody runs any more is still on the shelf.';
  return problem('upgrade.paused', { detail });
}

/** Something could not be reached, and so was left as it was. */
function stalled({ nodes }: UpgradeStep) {
  const names = nodes.map(({ name }) => name).join(', ');
  return problem('upgrade.unfinished', { detail: `Something that is needed to upgrade ${names} is out of reach.` });
}
