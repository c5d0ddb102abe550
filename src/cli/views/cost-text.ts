import type { PlanCost, PlannedChange } from '#app/app.ts';
import { wrap } from './columns.ts';
import type { Palette } from './palette.ts';

const FORMAT = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** `$1,234.50` */
export function dollars(amount: number): string {
  return FORMAT.format(amount);
}

/** `+$63.07`, `-$63.07` */
export function difference(amount: number): string {
  return `${amount < 0 ? '-' : '+'}${dollars(Math.abs(amount))}`;
}

/** For each change what it adds to the monthly bill or takes from it, all of one width; empty when none does. */
export function costCells(changes: readonly PlannedChange[]): ReadonlyMap<PlannedChange, string> {
  const texts = changes.map(({ monthlyUsd }) => (monthlyUsd === undefined ? '' : difference(monthlyUsd)));
  const width = Math.max(0, ...texts.map(({ length }) => length));
  if (width === 0) return new Map();
  return new Map(changes.map((change, index) => [change, (texts[index] ?? '').padStart(width)]));
}

/** The bill before and after, in one sentence; undefined: there is none, and there will be none. */
export function costSum({ before, after }: PlanCost): string | undefined {
  if (before === 0 && after === 0) return undefined;
  if (before === after) return `Cost: ${dollars(after)} a month, as before.`;
  if (before === 0) return `Cost: ${dollars(after)} a month.`;
  return `Cost: ${dollars(before)} → ${dollars(after)} a month, ${difference(after - before)}.`;
}

/** The bill, where the prices are from, and what is not in it. */
export function costLines(cost: PlanCost, { faint }: Palette, columns: number): readonly string[] {
  const sum = costSum(cost);
  if (sum === undefined) return [];
  const { source, byUse, unknown } = cost;
  const missing = unknown.length === 0 ? '' : ` No price was found for ${unknown.join(', ')}.`;
  const remarks = `Prices: ${source}.${missing} Paid by use, and not counted: ${byUse}.`;
  return [sum, ...wrap(remarks, columns, '  ').map((line) => faint(line))];
}
