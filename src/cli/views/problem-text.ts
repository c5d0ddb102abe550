import type { Address } from '#engine/address.ts';
import type { Problem } from '#engine/problem.ts';
import { wrap } from './columns.ts';
import type { Palette } from './palette.ts';

export interface ProblemStyle {
  readonly palette: Palette;
  readonly columns: number;
  /** Whose run it was, for the command in the remedy. */
  readonly run: { readonly cluster?: string | undefined; readonly verb?: string | undefined } | undefined;
}

type Told = Pick<Problem, 'code' | 'summary' | 'detail' | 'remedy' | 'address'>;

const COLUMNS_MAX = 110;
const CONSEQUENCES_MAX = 5;

/** Where, what, the values of the case, what to do, and the command on a line of its own. */
export function problemLines(
  problem: Told,
  style: ProblemStyle,
  consequences: readonly Address[] = [],
): readonly string[] {
  const { palette, columns } = style;
  const width = Math.min(columns, COLUMNS_MAX);
  const title = problem.address === undefined ? problem.summary : `${problem.address}: ${problem.summary}`;
  return [
    `${palette.bad(title)} ${palette.faint(`[${problem.code}]`)}`,
    ...problem.detail.split('\n').flatMap((line) => (isVerbatim(line) ? [`  ${line}`] : wrap(line, width, '  '))),
    ...(consequences.length === 0 ? [] : wrap(consequencesText(consequences), width, '  ')),
    ...remedyLines(problem, style, width),
  ];
}

/** A line of a file or of a log keeps its columns. */
function isVerbatim(line: string): boolean {
  return /^ *(?:\d+ )? *[│|]/.test(line);
}

/** The catalogue speaks of NAME and ADDRESS, and of applying what was begun: here it is known what it was. */
function remedyOf({ remedy, address }: Pick<Told, 'remedy' | 'address'>, run: ProblemStyle['run']): string {
  const { cluster, verb } = run ?? {};
  const meant = verb === 'delete' ? remedy.replaceAll('bootstrap apply', 'bootstrap delete') : remedy;
  const named = cluster === undefined ? meant : meant.replaceAll(/\bNAME\b/g, cluster);
  if (address === undefined) return named;
  return named.replaceAll(/\bADDRESS\b/g, cluster === undefined ? address : `${cluster} ${address}`);
}

function remedyLines(problem: Told, { palette, run }: ProblemStyle, width: number): readonly string[] {
  const lines = remedyOf(problem, run).split('\n');
  return lines.flatMap((line) => (line.startsWith('  ') ? [`  ${palette.strong(line)}`] : wrap(line, width, '  ')));
}

function consequencesText(addresses: readonly Address[]): string {
  const named = addresses.slice(0, CONSEQUENCES_MAX).join(', ');
  const more = addresses.length - CONSEQUENCES_MAX;
  return `Skipped because of it: ${named}${more > 0 ? ` and ${more} more` : ''}.`;
}
