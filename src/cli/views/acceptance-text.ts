import type { AcceptanceReport, AcceptanceStep, CheckedReport } from '#app/acceptance-report.ts';
import { table } from './columns.ts';
import { formatDuration } from './duration.ts';
import type { Palette } from './palette.ts';

const MARKS = { passed: '✓', failed: '✗', skipped: '·' } as const;

/** `✓ create  0:42  61 changes` */
export function stepLine({ name, verdict, seen, tookMs }: AcceptanceStep, palette: Palette): string {
  const paint = { passed: palette.good, failed: palette.bad, skipped: palette.faint }[verdict];
  return `${paint(MARKS[verdict])} ${name.padEnd(NAME_WIDTH)} ${formatDuration(tookMs)}  ${palette.faint(seen)}`;
}

const NAME_WIDTH = 24;

/** What a trial has come to. */
export function reportLines(report: AcceptanceReport, path: string, palette: Palette): readonly string[] {
  const { ok, money, tookMs, isSimulated } = report;
  const passed = report.steps.filter(({ verdict }) => verdict === 'passed').length;
  const verdict = ok ? palette.good('Accepted') : palette.bad('Not accepted');
  return [
    '',
    `${verdict}: ${passed} of ${report.steps.length} steps passed in ${formatDuration(tookMs)}.`,
    ...table(
      [
        ['spent', `about ${dollars(money.spentUsd)} of ${dollars(money.budgetUsd)}, by ${money.prices}`],
        ['report', path],
      ],
      '  ',
    ),
    ...(isSimulated
      ? ['', palette.care('Nothing of it was real: no cloud was touched, and nothing is to be paid.')]
      : []),
  ];
}

/** What somebody else's report says, and who has signed it. */
export function checkedLines({ report, publicKey }: CheckedReport, palette: Palette): readonly string[] {
  const { cluster, provider, region, account, startedAt, isSimulated } = report;
  return [
    palette.good('The report is as it was signed.'),
    ...table(
      [
        ['signed with', publicKey],
        ['cluster', `${cluster} in ${region}, ${provider} account ${account}${isSimulated ? ' (not real)' : ''}`],
        ['begun', startedAt],
      ],
      '  ',
    ),
    '',
    ...report.steps.map((step) => stepLine(step, palette)),
  ];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
