import { buildApplyGraph } from './apply-graph.ts';
import { bringUp } from './bring-up.ts';
import { type Change, isPending, isUpward, type DownwardChange, type ReplaceChange } from './change.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Plan } from './plan.ts';
import { problem, type Problem } from './problem.ts';
import type { ResourceRecord } from './record.ts';
import type { EngineRuntime } from './runtime.ts';
import { runSchedule } from './schedule.ts';
import { sweepStrays } from './sweep.ts';
import { Tally, type ApplyResult } from './tally.ts';
import { tearDown } from './tear-down.ts';
import { urgencies } from './urgency.ts';
import { Work } from './work.ts';

export interface ApplyOptions {
  readonly runtime: EngineRuntime;
  readonly journal: Journal;
  /** Stop starting; what is under way settles. */
  readonly stop?: AbortSignal;
  /** Leave at once; the journal makes that safe. */
  readonly abort?: AbortSignal;
  /** Changes under way at once. @default 1024 */
  readonly concurrency?: number;
}

/** Changes under way at once: enough to never be the bottleneck, few enough to stay in memory. */
const CONCURRENCY = 1024;
const TOMBSTONE = { type: 'tombstone' } as const;
const NEVER = new AbortController().signal;

/** Carries out what the plan names and nothing else. Run again after a crash, it goes on from the journal. */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const { runtime, journal, stop = NEVER, abort = NEVER } = options;
  refuseStale(plan, journal);
  const pending = plan.changes.filter(isPending).length;
  runtime.emit({ type: 'apply-started', changes: pending });
  const isNews = pending > 0 || !isConcluded(plan, journal);
  if (isNews) await journal.append({ type: 'run', purpose: plan.purpose, blueprint: plan.blueprint });

  const work = new Work(runtime, journal, AbortSignal.any([journal.lost, abort]));
  const tally = new Tally(work);
  const steps = buildApplyGraph(plan.changes, journal.snapshot, {
    up: (change) => tally.carryOut(change, () => bringUp(work, change)),
    down: (change) => tally.carryOut(asDownward(change), () => takeDown(work, plan, change)),
  });
  work.serveFirst(urgencies(steps));
  await runSchedule(steps, {
    concurrency: options.concurrency ?? CONCURRENCY,
    stop: AbortSignal.any([stop, work.signal]),
    onFailed: (step, error) => tally.fail(step.change, error),
    onSkipped: (step, because) => tally.skip(step.change, because?.change.address ?? 'stopped'),
  });
  // A stop that came too late to leave anything out leaves out the last look as little.
  const isStopped = stop.aborted && !tally.isClean;
  if (!isStopped && !work.signal.aborted) await tally.guard(() => sweepStrays(work, plan));
  if (work.signal.aborted) tally.failRun(abort.aborted ? operatorLeft() : work.signal.reason);
  else if (isNews) await tally.guard(() => conclude(plan, work, tally.isClean));
  return tally.result();
}

function operatorLeft(): Problem {
  return problem('apply.interrupted', { detail: 'What was under way may still take effect; the journal knows of it.' });
}

/** A plan is bound to the state it was made from: whatever was written since may have made it wrong. */
function refuseStale(plan: Plan, { snapshot }: Journal): void {
  if (plan.cluster === snapshot.cluster && plan.serial === snapshot.serial) return;
  const detail = `The plan was made for state ${plan.serial} of ${plan.cluster}; the state is at ${snapshot.serial} of ${snapshot.cluster}.`;
  throw problem('plan.stale', { detail });
}

/** An earlier run may have done everything and died before it could say so. */
function isConcluded({ purpose, blueprint }: Plan, { snapshot }: Journal): boolean {
  return snapshot.appliedBlueprint === blueprint && (purpose !== 'delete' || snapshot.tombstone);
}

/** The second half of a replacement is told as what it is: only the first one makes anything. */
function asDownward(change: DownwardChange | ReplaceChange): DownwardChange {
  if (change.action !== 'replace') return change;
  const { address, kind, instanceId, because, old } = change;
  return { address, kind, instanceId, because, action: old };
}

async function takeDown(work: Work, plan: Plan, change: DownwardChange | ReplaceChange): Promise<boolean> {
  const { instanceId } = change;
  const record = work.journal.snapshot.records.get(instanceId);
  if (record === undefined || change.action === 'leave') return false;
  // A replacement that turned out to be needless leaves the old instance in its place.
  if (change.action === 'replace' && change.order === 'create-first' && !record.deposed) return false;
  if (!work.claim(instanceId)) return false;
  if (change.action === 'abandon' || (change.action === 'replace' && change.old === 'abandon')) {
    const gone = { type: 'gone', instanceId, because: record.retain ? 'retained' : 'abandoned' } as const;
    await work.journal.append(gone, ...destroyIntents(work, plan, record));
    return true;
  }
  await tearDown(work, record);
  return true;
}

/**
 * Who abandons what lives in a host has decided on the host's end as well: with strangers in it, it can never be taken
 * back into use. So that is said in the same write.
 */
function destroyIntents({ journal }: Work, { changes }: Plan, { within }: ResourceRecord): readonly JournalEntry[] {
  const goes = changes.filter((change) => change.address === within && isOfInstance(change) && ends(change));
  return goes.flatMap((change) => {
    const host = isOfInstance(change) ? journal.snapshot.records.get(change.instanceId) : undefined;
    const isSpared = change.action === 'replace' && host?.deposed !== true;
    if (host === undefined || isSpared || host.status === 'destroying') return [];
    return [{ type: 'destroy', instanceId: host.instanceId } as const];
  });
}

function isOfInstance(change: Change): change is DownwardChange | ReplaceChange {
  return change.action === 'replace' || !isUpward(change);
}

function ends(change: DownwardChange | ReplaceChange): boolean {
  return change.action === 'destroy' || (change.action === 'replace' && change.old === 'destroy');
}

async function conclude(plan: Plan, { journal }: Work, ok: boolean): Promise<void> {
  const { purpose, blueprint } = plan;
  const declarations = plan.changes.filter(isUpward).map(({ declaration }) => declaration);
  if (ok) await journal.keepBlueprint(blueprint, declarations);
  const emptied = ok && purpose === 'delete' && journal.snapshot.records.size === 0;
  await journal.append({ type: 'run-end', ok, blueprint }, ...(emptied ? [TOMBSTONE] : []));
}
