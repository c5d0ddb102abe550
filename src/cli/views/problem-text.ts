import type { Address } from '#engine/address.ts';
import type { Problem } from '#engine/problem.ts';
import { wrap } from './columns.ts';
import { harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';

export interface ProblemStyle {
  readonly palette: Palette;
  readonly columns: number;
  /** Whose run it was, for the command in the remedy. */
  readonly run: Meant | undefined;
}

interface Meant {
  readonly cluster?: string | undefined;
  readonly verb?: string | undefined;
  readonly file?: string | undefined;
  readonly again?: string | undefined;
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
    ...problem.detail.split('\n').flatMap((line) => detailLines(harmlessLine(line), width)),
    ...(consequences.length === 0 ? [] : wrap(consequencesText(consequences), width, '  ')),
    ...remedyLines(problem, style, width),
  ];
}

function detailLines(line: string, width: number): readonly string[] {
  return isVerbatim(line) ? [`  ${line}`] : wrap(line, width, '  ');
}

/** A line of a file or of a log keeps its columns. */
function isVerbatim(line: string): boolean {
  return /^ *(?:\d+ )? *[│|]/.test(line);
}

/** The catalogue speaks of NAME and ADDRESS, and of applying what was begun: here it is known what it was. */
function remedyOf({ remedy, address }: Pick<Told, 'remedy' | 'address'>, run: ProblemStyle['run']): string {
  const { cluster, verb, file, again } = run ?? {};
  const words: readonly (readonly [RegExp, string | undefined])[] = [
    [/bootstrap apply NAME$/, again],
    [/bootstrap apply\b/g, verb === 'delete' ? 'bootstrap delete' : undefined],
    // Who attaches says the name, whatever the file is called.
    [/(?<!attach )\bNAME\b/g, cluster],
    [/\bFILE\b/g, file],
    [/\bADDRESS\b/g, address && [cluster, address].filter(Boolean).join(' ')],
  ];
  return words.reduce((text, [word, meant]) => (meant === undefined ? text : text.replace(word, () => meant)), remedy);
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
