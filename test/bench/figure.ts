/** One measured value beside its goal. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'µs' | 'Mbit/s' | '×' | 'writes' | 'calls';
  /** Undefined: for information. */
  readonly goal?: number | undefined;
  /** Up to here a missed goal may be chance. @default the goal itself */
  readonly limit?: number | undefined;
  readonly note?: string | undefined;
}

type Verdict = 'met' | 'near' | 'slow' | 'failed' | 'info';

function verdictOf({ value, unit, goal, limit = goal }: Figure): Verdict {
  if (goal === undefined || limit === undefined) return 'info';
  if (value <= goal) return 'met';
  // Whatever else the machine has to do is in it: told, never judged.
  if (unit === 's' || unit === 'ms') return 'slow';
  return value <= limit ? 'near' : 'failed';
}

export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    valueText(figure.value, figure.unit),
    figure.goal === undefined ? '' : `≤ ${valueText(figure.goal, figure.unit)}`,
    verdictOf(figure),
    figure.note ?? '',
  ]);
  const table = [['figure', 'measured', 'goal', 'verdict', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function summarise(figures: readonly Figure[]): { readonly line: string; readonly failed: number } {
  const judged = figures.map(verdictOf).filter((verdict) => verdict !== 'info');
  const failed = judged.filter((verdict) => verdict === 'failed').length;
  return { line: `${judged.length - failed} passed, ${failed} failed`, failed };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function valueText(value: number, unit: Figure['unit']): string {
  const digits = { s: 3, ms: 1, µs: 0, 'Mbit/s': 0, '×': 3, writes: 0, calls: 0 }[unit];
  return `${value.toFixed(digits)} ${unit}`;
}
