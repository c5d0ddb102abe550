import type { Flaw } from './finding.ts';
import { show } from './show.ts';

const SIZE = /^([1-9][0-9]{0,5})(GiB|TiB)$/;
const ALMOST_SIZE = /^([0-9]+(?:\.[0-9]+)?) *([kmgt]?)i?b?$/i;

export interface SizeBounds {
  readonly minGiB: number;
  readonly maxGiB: number;
}

export const SIZE_PATTERN = SIZE.source;

export function checkSize(text: string, { minGiB, maxGiB }: SizeBounds): Flaw | undefined {
  if (!SIZE.test(text)) {
    const what = `${show(text)} is not a size. Write a whole number and GiB or TiB behind it.`;
    return { code: 'config.size-invalid', what, instead: suggest(text) };
  }
  const gib = parseGiB(text);
  if (gib >= minGiB && gib <= maxGiB) return undefined;
  return { code: 'config.out-of-range', what: `${text} is not between ${formatGiB(minGiB)} and ${formatGiB(maxGiB)}.` };
}

/** Of a text that `checkSize` has passed. */
export function parseGiB(text: string): number {
  const [, amount = '', unit] = SIZE.exec(text) ?? [];
  return Number(amount) * (unit === 'TiB' ? 1024 : 1);
}

function formatGiB(gib: number): string {
  return gib % 1024 === 0 ? `${gib / 1024}TiB` : `${gib}GiB`;
}

function suggest(text: string): string | undefined {
  const [, amount = '', unit = ''] = ALMOST_SIZE.exec(text) ?? [];
  if (!/^[1-9][0-9]{0,5}$/.test(amount)) return undefined;
  if (unit === '' || /g/i.test(unit)) return `Did you mean ${amount}GiB?`;
  return /t/i.test(unit) ? `Did you mean ${amount}TiB?` : undefined;
}
