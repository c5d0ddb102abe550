import { addCounts, type Counts } from './ci-counts.ts';

/** One rung that ran, as the report records it. */
export interface RungRecord extends Counts {
  readonly rung: number;
  readonly name: string;
  readonly command: string;
  readonly program: string;
  readonly version: string;
  readonly seconds: number;
  /** What failed, or passed only when it was tried again, and why. */
  readonly notable: readonly string[];
}

export interface CiReport extends Counts {
  readonly rungs: readonly RungRecord[];
}

export function makeReport(rungs: readonly RungRecord[]): CiReport {
  return { ...addCounts(rungs), rungs };
}

/** What is notable, and all as a table; its last line alone is the sum. */
export function printReport({ rungs, passed, failed }: CiReport): string {
  const head = ['rung', 'name', 'program', 'seconds', 'passed', 'failed', 'command'];
  const rows = rungs.map((rung) => [
    `${rung.rung}`,
    rung.name,
    `${rung.program} ${rung.version}`,
    rung.seconds.toFixed(1),
    `${rung.passed}`,
    `${rung.failed}`,
    rung.command,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const told = rungs.flatMap(({ name, notable }) => (notable.length === 0 ? [] : [`${name}:`, ...notable, '']));
  return [...told, ...lines.map((line) => line.trimEnd()), '', `${passed} passed, ${failed} failed`].join('\n');
}
