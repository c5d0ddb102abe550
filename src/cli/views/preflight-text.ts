import type { PlanResult } from '#app/app.ts';
import { wrap } from './columns.ts';
import type { Palette } from './palette.ts';
import { counted } from './words.ts';

type Findings = PlanResult['preflight'];
type Verdict = Findings[number]['verdict'];

/** `9 good, 1 warning` */
export function preflightCounts(findings: Findings): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const [good, warnings, bad] = [count('good'), count('warning'), count('bad')];
  return [
    ...(good > 0 || findings.length === 0 ? [`${good} good`] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(bad > 0 ? [`${bad} bad`] : []),
  ].join(', ');
}

/** What is not good, with what to do about it: the worst first. */
function preflightLines(findings: Findings, palette: Palette, columns: number): readonly string[] {
  const those = (verdict: Verdict, paint: (text: string) => string): readonly string[] =>
    findings
      .filter((finding) => finding.verdict === verdict)
      .flatMap(({ check, what, remedy }) => [
        ...wrap(`${check}: ${what}`, columns, '  ').map(paint),
        ...(remedy === undefined ? [] : wrap(remedy, columns, '    ').map(palette.faint)),
      ]);
  return [...those('bad', palette.bad), ...those('warning', palette.care)];
}

/** Whether a run would stop before its first change. */
export function isRefused(findings: Findings): boolean {
  return findings.some(({ verdict }) => verdict === 'bad');
}

/** Before a run goes on: a run that does not says all of it in the end. */
export function preflightRemarks(findings: Findings, palette: Palette, columns: number): readonly string[] {
  return isRefused(findings) ? [] : preflightLines(findings, palette, columns);
}

const SECTION_COLUMNS = 110;

/** Of a plan. */
export function preflightSection(findings: Findings, palette: Palette): readonly string[] {
  if (findings.length === 0) return [];
  const lines = preflightLines(findings, palette, SECTION_COLUMNS);
  return [`Preflight: ${preflightCounts(findings)}.`, ...lines, ...(lines.length > 0 ? [''] : [])];
}
