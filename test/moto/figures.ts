import type { ApiCall } from './api-call.ts';
import type { ProgramRun } from './run-program.ts';

interface Figure {
  readonly what: string;
  readonly run: Pick<ProgramRun, 'calls' | 'tookMs'>;
}

/** A table of requests by service and of wall time, a line for each run. */
export function figureTable(title: string, figures: readonly Figure[]): string {
  const services = [...new Set(figures.flatMap(({ run }) => run.calls.map(({ service }) => service)))].toSorted();
  const head = ['', 'requests', ...services, 'seconds'];
  const rows = figures.map(({ what, run: { calls, tookMs } }) => [
    what,
    String(calls.length),
    ...services.map((service) => String(countOf(calls, service))),
    (tookMs / 1000).toFixed(1),
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [title, ...lines].join('\n');
}

function countOf(calls: readonly ApiCall[], service: string): number {
  return calls.filter((call) => call.service === service).length;
}
