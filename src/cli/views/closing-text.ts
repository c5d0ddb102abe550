import type { RunHeading, RunOutcome } from '#app/app.ts';
import type { Address } from '#engine/address.ts';
import type { Problem } from '#engine/problem.ts';
import { table, wrap } from './columns.ts';
import { formatDuration } from './duration.ts';
import type { Palette } from './palette.ts';
import { problemLines } from './problem-text.ts';
import type { RunProgress } from './run-progress.ts';
import { accessText, counted, endLines } from './words.ts';
import { workstationLines } from './workstation-text.ts';

export interface ClosingStyle {
  readonly palette: Palette;
  readonly columns: number;
}

const FAILURES_MAX = 10;
const OUTPUTS_MAX = 24;

/** How a run ended: every failure, what could not be tried because of it, what there is now, what is not there yet. */
export function closingLines(
  outcome: RunOutcome,
  progress: RunProgress,
  style: ClosingStyle,
  nowMs: number,
): readonly string[] {
  const { heading } = progress;
  const took = formatDuration(nowMs - progress.startedAtMs);
  return [
    ...failureLines(outcome, progress, style),
    ...unexplained(outcome, progress, style.columns),
    '',
    sumLine(outcome, { heading, took }, style.palette),
    ...someOutputs(outcome.outputs, progress, style),
    ...accessLines(progress, style),
    ...workstationLines(outcome, heading, style.palette),
    ...notYetLines(outcome.notYet, style),
    ...endLines(heading, style.palette),
  ];
}

/** A run that ended in the middle of a sentence. */
export function abortedLines(problem: Problem, { heading }: RunProgress, style: ClosingStyle): readonly string[] {
  return ['', ...problemLines(problem, { ...style, run: heading }), ...endLines(heading, style.palette)];
}

/** Nothing is lost: the run was only left. */
export function leftLines(continues: string, { heading }: RunProgress, palette: Palette): readonly string[] {
  return [
    '',
    palette.care('Left before it was done. This goes on from here:'),
    `  ${palette.strong(continues)}`,
    ...endLines(heading, palette),
  ];
}

/** A large cluster has more of them than anybody wants to see at once. */
function someOutputs(outputs: RunOutcome['outputs'], { heading }: RunProgress, style: ClosingStyle): readonly string[] {
  if (outputs.length === 0) return [];
  const more = outputs.length - OUTPUTS_MAX;
  const rest = `… and ${more} more: bootstrap outputs ${heading?.cluster ?? 'NAME'}`;
  return ['', ...outputLines(outputs.slice(0, OUTPUTS_MAX), style), ...(more > 0 ? [rest] : [])];
}

/** A value of several words goes on below itself. */
export function outputLines(outputs: RunOutcome['outputs'], { palette, columns }: ClosingStyle): readonly string[] {
  const width = Math.max(0, ...outputs.map(({ name }) => name.length)) + 2;
  const rows = outputs.flatMap(({ name, value }) =>
    wrap(value, columns - width).map((part, index) => [index === 0 ? palette.faint(name) : '', part]),
  );
  return table(rows);
}

function failureLines({ failed }: RunOutcome, progress: RunProgress, style: ClosingStyle): readonly string[] {
  const cluster = progress.heading?.cluster;
  const shown = failed.slice(0, FAILURES_MAX).flatMap((problem) => {
    const consequences = problem.address === undefined ? [] : progress.consequencesOf(problem.address);
    return ['', ...problemLines(problem, { ...style, run: progress.heading }, consequences)];
  });
  const more = failed.length - FAILURES_MAX;
  const rest = `… and ${more} more, all of them in: bootstrap events ${cluster ?? 'NAME'}`;
  return more > 0 ? [...shown, '', rest] : shown;
}

/** Skipped, and no failure told so far says why: the run was stopped. */
function unexplained({ failed, skipped }: RunOutcome, progress: RunProgress, columns: number): readonly string[] {
  const explained = new Set(
    failed.flatMap(({ address }) => (address === undefined ? [] : progress.consequencesOf(address))),
  );
  const left = skipped.filter((address) => !explained.has(address));
  return left.length === 0 ? [] : ['', ...wrap(`Not begun: ${someOf(left)}.`, columns)];
}

function sumLine(
  { ok, done, failed, skipped }: RunOutcome,
  { heading, took }: { readonly heading: RunHeading | undefined; readonly took: string },
  palette: Palette,
): string {
  const counts = [
    done === 0 && ok ? 'nothing to do' : `${counted(done, 'change')} done`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(skipped.length === 0 ? [] : [`${skipped.length} skipped`]),
  ].join(' · ');
  const paint = ok ? palette.good : palette.bad;
  const verb = heading === undefined ? 'run' : `${heading.verb} ${heading.cluster}`;
  // A failure has said what to do.
  const next =
    ok || failed.length > 0 || heading === undefined
      ? ''
      : `\nGoes on from there:\n  ${palette.strong(`bootstrap ${continuation(heading)}`)}`;
  return `${paint(ok ? `${verb}: done` : `${verb}: not done`)} · ${counts} · ${took}${next}`;
}

function continuation({ verb, cluster }: RunHeading): string {
  return `${verb === 'delete' ? 'delete' : 'apply'} ${cluster}`;
}

/** Into a workstation there is one way, which is told below. */
function accessLines({ accessFound, heading }: RunProgress, { columns }: ClosingStyle): readonly string[] {
  return accessFound === undefined || heading?.provider === 'local'
    ? []
    : ['', ...wrap(`${accessText(accessFound)}; access.from changes it.`, columns)];
}

function notYetLines(notYet: readonly string[], { palette, columns }: ClosingStyle): readonly string[] {
  if (notYet.length === 0) return [];
  return ['', palette.strong('Not yet'), ...notYet.flatMap((text) => wrap(text, columns, '  '))];
}

const NAMED_MAX = 5;

function someOf(addresses: readonly Address[]): string {
  const more = addresses.length - NAMED_MAX;
  return `${addresses.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
