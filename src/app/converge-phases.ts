import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { Demand } from '#cluster/roles.ts';
import { breaksToEnd } from '#cluster/breaks.ts';
import { type Trusts, trustsIn } from '#cluster/trust.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Plan } from '#engine/plan.ts';
import { problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { StateLease } from '#state/state-lease.ts';
import { sameValue } from '#std/same-value.ts';
import type { RotationNews, RotationStatus } from './app.ts';
import { clusterPlanOf } from './cluster-plan.ts';
import { converge } from './converge.ts';
import type { Run } from './run.ts';

export interface PhasesGoal {
  readonly spec: ClusterSpec;
  readonly demand: Demand;
  readonly rotates: ReadonlySet<string> | undefined;
  /** Has a look at the first plan. */
  readonly check: (plan: Plan) => Promise<void>;
}

/**
 * Makes a cluster what is wanted: in one pass, or in one for each phase that is left where an authority takes the place of
 * another. Which phase it is the state says: whoever comes after a crash goes on with that.
 */
export async function convergePhases(run: Run, lease: StateLease, goal: PhasesGoal): Promise<ApplyResult> {
  const { cluster, emit } = run;
  const { spec, demand, rotates, check } = goal;
  const before = trustsIn(lease.snapshot);
  cluster.api.follow(() => ({ cluster, snapshot: lease.snapshot, file: { spec } }));
  let done = 0;
  let mayEndBreaks = true;
  for (let [trusts, isFirst] = [trustsIn(lease.snapshot, rotates), true]; ; isFirst = false) {
    const news = newsOf(trusts, isFirst ? before : undefined);
    const { snapshot } = lease;
    const blueprint = clusterBlueprint(await clusterPlanOf(cluster, spec, { demand, trusts, snapshot }));
    const result = await converge(run, lease, {
      blueprint,
      purpose: 'apply',
      async check(plan) {
        if (isFirst) await check(plan);
        news.forEach(emit);
      },
    });
    done += result.done;
    const total = { ...result, done };
    if (!result.ok) return total;
    const next = trustsIn(lease.snapshot);
    endsOf(trusts, next).forEach(emit);
    if (rotationsOf(trusts).length === 0 || rotationsOf(next).length === 0) {
      // A node may have said in this pass that it runs what a paused upgrade told it.
      if (!mayEndBreaks || breaksToEnd(lease.snapshot).length === 0) return total;
      mayEndBreaks = false;
      trusts = next;
      continue;
    }
    if (sameValue([...next], [...trusts])) throw stalled(next);
    trusts = next;
  }
}

export function rotationsIn(snapshot: Snapshot): readonly RotationStatus[] {
  return rotationsOf(trustsIn(snapshot));
}

function rotationsOf(trusts: Trusts): readonly RotationStatus[] {
  return [...trusts].flatMap(([authority, { phase }]) => (phase === undefined ? [] : [{ authority, phase }]));
}

/** `before`: as it was when the run began. */
function newsOf(trusts: Trusts, before: Trusts | undefined): readonly RotationNews[] {
  return rotationsOf(trusts).map(({ authority, phase }) => {
    const isNew = before !== undefined && before.get(authority)?.phase === undefined;
    return { type: 'rotation', authority, news: isNew ? 'begins' : 'goes-on', phase };
  });
}

function endsOf(trusts: Trusts, next: Trusts): readonly RotationNews[] {
  const ended = rotationsOf(trusts).filter(({ authority }) => next.get(authority)?.phase === undefined);
  return ended.map(({ authority }) => ({ type: 'rotation', authority, news: 'ended' }));
}

/** Something could not be reached, and so was left as it was. */
function stalled(trusts: Trusts) {
  const left = rotationsOf(trusts).map(({ authority, phase }) => `${authority} (${phase})`);
  return problem('rotation.unfinished', { detail: `Something that is needed for ${left.join(', ')} is out of reach.` });
}
