import type { SilentNode } from '#app/every-node.ts';
import { firstLine } from './harmless.ts';
import type { Palette } from './palette.ts';

/** Of whom nothing was heard, and why. */
export function silentLines(silent: readonly SilentNode[], palette: Palette): readonly string[] {
  if (silent.length === 0) return [];
  return ['', ...silent.map(({ node, problem }) => palette.care(`${node}: ${firstLine(problem.detail)}`))];
}
