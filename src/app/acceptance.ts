import { type ClusterAnswers, renderClusterFile } from '#config/render-cluster-file.ts';
import { problem, type Problem } from '#engine/problem.ts';
import { type AcceptanceReport, type AcceptanceStep, signReport } from './acceptance-report.ts';
import { END_STEPS, type Trial, TRIAL_STEPS, type TrialStep } from './acceptance-steps.ts';
import type { Interruption } from './app.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import { headingOf, openCluster } from './open-cluster.ts';
import { planNewcomer } from './plan.ts';
import { asProblem } from './problems.ts';
import { replaceFile } from './replace-file.ts';
import { type Spending, SpendingGuard } from './spending-guard.ts';
import type { Workstation } from './workstation.ts';

const HOURS_IN_A_MONTH = 730;

export interface AcceptanceRequest {
  /** One node of each role, whatever they say of counts. */
  readonly answers: Pick<ClusterAnswers, 'name' | 'provider' | 'domain' | 'region' | 'from' | 'speed' | 'weather'>;
  readonly budgetUsd: number;
  /** Where the report goes. */
  readonly report: string;
  readonly begin: (step: string) => void;
  /** Hears of every step when it has ended. */
  readonly tell: (step: AcceptanceStep, problem?: Problem) => void;
}

/** A cluster's whole life in an account, from nothing to nothing, and a signed report of it. */
export async function acceptance(
  workstation: Workstation,
  request: AcceptanceRequest,
  interruption: Interruption,
): Promise<AcceptanceReport> {
  const { ports, places, clusters } = workstation;
  const { clock } = ports;
  const [first, grown] = await Promise.all([textFor(request, 1), textFor(request, 2)]);
  const { name } = first.spec;
  if ((await clusters.find(name))?.isDeleted === false) throw leftover(name);
  const { spending, prices } = await foresee(workstation, request, grown, interruption.stop);
  const guard = new SpendingGuard(clock, spending);
  const startedAtMs = clock.wallMs();
  try {
    const stop = AbortSignal.any([interruption.stop, guard.signal]);
    const trial: Trial = { workstation, first, grown, interruption: { stop, abort: interruption.abort } };
    const steps = await inOrder(request, trial, TRIAL_STEPS);
    // Only who leaves at once leaves the cluster behind.
    const ending = { ...trial, interruption: { stop: interruption.abort, abort: interruption.abort } };
    const all = [...steps, ...(await inOrder(request, ending, END_STEPS))];
    const report: AcceptanceReport = {
      format: 1,
      ok: all.every(({ verdict }) => verdict === 'passed'),
      ...(await identityOf(workstation, name, interruption.abort)),
      startedAt: new Date(startedAtMs).toISOString(),
      tookMs: Math.round(clock.wallMs() - startedAtMs),
      money: { ...spending, spentUsd: guard.spentUsd, prices },
      steps: all,
    };
    await replaceFile(ports, request.report, await signReport(ports, places.reportKey, report));
    return report;
  } finally {
    guard.end();
  }
}

function textFor({ answers }: AcceptanceRequest, workers: number): Promise<ClusterText> {
  const text = renderClusterFile({ ...answers, controlPlane: 1, workers, storage: 1 });
  return readClusterText(text, `${answers.name}.yaml`);
}

function leftover(name: string): Problem {
  return problem('acceptance.leftover', { detail: `A cluster called ${name} is known here and not deleted.` });
}

/** What it will cost, before anything does. */
async function foresee(
  workstation: Workstation,
  { budgetUsd }: AcceptanceRequest,
  grown: ClusterText,
  signal: AbortSignal,
): Promise<{ readonly spending: Spending; readonly prices: string }> {
  const { cost } = await planNewcomer(workstation, grown, { refresh: true }, signal);
  const hourlyUsd = (cost?.after ?? 0) / HOURS_IN_A_MONTH;
  return { spending: { budgetUsd, hourlyUsd }, prices: cost?.source ?? 'none' };
}

/** One after the other; what comes after a failure is not tried. */
async function inOrder(
  { begin, tell }: AcceptanceRequest,
  trial: Trial,
  steps: readonly TrialStep[],
): Promise<readonly AcceptanceStep[]> {
  const { clock } = trial.workstation.ports;
  const ended: AcceptanceStep[] = [];
  let isOver = false;
  for (const step of steps) {
    const { name } = step;
    const startedAtMs = clock.monotonicMs();
    const end = (verdict: AcceptanceStep['verdict'], seen: string, because?: Problem): void => {
      const one = { name, verdict, seen, tookMs: Math.round(clock.monotonicMs() - startedAtMs) };
      ended.push(one);
      tell(one, because);
    };
    if (isOver) {
      end('skipped', 'an earlier step has failed');
      continue;
    }
    begin(name);
    try {
      end('passed', await step.run(trial));
    } catch (error) {
      const because = asProblem(error);
      isOver = true;
      end('failed', `${because.code}: ${because.detail}`, because);
    }
  }
  return ended;
}

type Identity = Pick<
  AcceptanceReport,
  'cluster' | 'uid' | 'provider' | 'isSimulated' | 'region' | 'account' | 'principal'
>;

async function identityOf(
  { ports, places, clusters }: Workstation,
  name: string,
  signal: AbortSignal,
): Promise<Identity> {
  const known = await clusters.get(name);
  const opened = await openCluster(known, { ports, places, emit: () => undefined });
  const { cluster, provider, isSimulated, emulator, region, account, principal } = await headingOf(opened, signal);
  const isUnreal = isSimulated || emulator !== undefined;
  return { cluster, uid: known.uid, provider, isSimulated: isUnreal, region, account, principal };
}
