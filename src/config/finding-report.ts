import { FINDING_CATALOGUE } from './finding-catalogue.ts';
import { type Finding, isError } from './finding.ts';
import { maskBehind, maskSecrets } from './secret-pattern.ts';

const SHOWN_MAX = 50;
const WIDTH_MAX = 100;

/** Everything that was found in a file, each with its place, the line it stands on, and why it matters. */
export function reportFindings(path: string, text: string, findings: readonly Finding[]): string {
  const errors = findings.filter(isError).length;
  const heading = `${path}: ${[count(errors, 'error'), count(findings.length - errors, 'warning')].filter(Boolean).join(', ')}.`;
  const lines = linesWithoutSecrets(text, findings);
  const shown = findings.slice(0, SHOWN_MAX).map((finding) => reportFinding(path, lines, finding));
  const hidden = findings.length - shown.length;
  return [heading, ...shown, ...(hidden > 0 ? [`… and ${hidden} more.`] : [])].join('\n\n');
}

/** What is shown beside any finding: also a key within braces may be found to name a secret. */
function linesWithoutSecrets(text: string, findings: readonly Finding[]): readonly string[] {
  const lines = maskSecrets(text).split(/\r?\n/);
  for (const { code, line, column, length } of findings) {
    if (code === 'config.secret-inline') lines[line - 1] = maskBehind(lines[line - 1] ?? '', column - 1 + length);
  }
  return lines;
}

/** One finding on one line: `cluster.yaml:5:5: nodes.worker.cuont: There is no key "cuont" here.` */
export function summariseFinding(file: string, { path, line, column, what, instead }: Finding): string {
  const place = path === '' ? '' : ` ${path}:`;
  return `${file}:${line}:${column}:${place} ${[what, instead].filter(Boolean).join(' ')}`;
}

function reportFinding(file: string, lines: readonly string[], finding: Finding): string {
  const { code, why } = { why: FINDING_CATALOGUE[finding.code].why, code: finding.code };
  const severity = isError(finding) ? '' : 'Warning: ';
  return [
    `${file}:${finding.line}:${finding.column}${finding.path === '' ? '' : `  ${finding.path}`}  (${code})`,
    `  ${severity}${[finding.what, finding.instead].filter(Boolean).join(' ')}`,
    ...excerpt(lines[finding.line - 1] ?? '', finding),
    `  ${why}`,
  ].join('\n');
}

/** The line with a mark below the part that is meant. */
function excerpt(line: string, { line: number, column, length }: Finding): readonly string[] {
  if (line.trim() === '') return [];
  const from = Math.max(0, column - 1 - WIDTH_MAX / 2);
  const part = line.slice(from, from + WIDTH_MAX).replaceAll(/[^\u0020-\u007E\p{L}\p{N}\p{P}\p{S}]/gu, ' ');
  const gutter = `  ${number} │ `;
  const marks = '^'.repeat(Math.max(1, Math.min(length, part.length - (column - 1 - from))));
  return [gutter + part, `${' '.repeat(gutter.length - 2)}│ ${' '.repeat(column - 1 - from)}${marks}`];
}

function count(number: number, noun: string): string {
  if (number === 0) return '';
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
