import type { UnitsReport, UnitStatus } from '#app/units.ts';
import { table } from './columns.ts';
import { harmlessLine } from './harmless.ts';
import { formatMoment } from './moment.ts';
import type { Palette } from './palette.ts';
import { silentLines } from './silent-text.ts';

const HEAD = ['unit', 'machine', 'active', 'sub', 'version', 'since'];

/** `bootstrap-etcd.service  control-plane-1  active  running  3.6.5  2026-11-21 22:10:03` */
export function unitLines({ units, silent }: UnitsReport, palette: Palette): readonly string[] {
  const rows = units.map((unit) => cellsOf(unit, palette));
  const head = units.length === 0 ? [] : [HEAD.map((word) => palette.faint(word))];
  return [...table([...head, ...rows]), ...silentLines(silent, palette)];
}

function cellsOf({ unit, node, active, sub, result, version, sinceMs }: UnitStatus, palette: Palette) {
  const reason = active === 'failed' && result !== 'success' ? ` (${result})` : '';
  return [
    harmlessLine(unit),
    node,
    paintFor(active, palette)(harmlessLine(active)),
    harmlessLine(`${sub}${reason}`),
    version ?? '–',
    sinceMs === undefined ? '–' : palette.faint(formatMoment(sinceMs)),
  ];
}

function paintFor(active: string, { good, bad, accent, faint }: Palette): (text: string) => string {
  if (active === 'active') return good;
  if (active === 'failed') return bad;
  // A part that is only called from time to time rests in between.
  return active === 'inactive' ? faint : accent;
}
