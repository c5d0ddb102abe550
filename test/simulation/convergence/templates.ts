import { freeOf, type Template } from './template.ts';

/** Two roots, one that comes after both, two that use its outputs. */
export const FIVE = {
  A: {},
  B: {},
  C: { free: 'gamma', after: ['A', 'B'] },
  D: { on: 'C' },
  E: { free: freeOf('C') },
} satisfies Template;

export const SIX = { ...FIVE, F: { after: ['D', 'E'] } } satisfies Template;

/** C cannot take a new value from A: when A changes, C is replaced, and D and E follow it. */
export function leaning(initial: string) {
  return {
    A: { free: initial },
    B: {},
    C: { fixed: freeOf('A'), after: ['B'] },
    D: { on: 'C' },
    E: { free: { of: 'C', output: 'fixed' } },
  } satisfies Template;
}
