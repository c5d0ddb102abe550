import type { Address } from './address.ts';
import { type ApplyStep, need } from './apply-step.ts';
import { isUpward, type ReplaceChange, type UpwardChange } from './change.ts';

type DownOf = (change: ReplaceChange) => ApplyStep | undefined;

/**
 * What takes turns never lacks more than one of its members for the sake of a change: a member is only given up when
 * all others stand, with what lives in them, and so does each that had its turn before.
 */
export function takeTurns(ups: readonly ApplyStep[], downOf: DownOf): void {
  for (const members of Map.groupBy(ups, turnOf).values()) {
    const [first] = members;
    if (first === undefined || turnOf(first) === undefined) continue;
    const going = members.filter(({ change }) => change.action === 'replace');
    if (going.length === 0) continue;
    let standing: readonly ApplyStep[] = members
      .filter(({ change }) => change.action !== 'replace')
      .flatMap((step) => withInner(step, ups));
    for (const step of going) {
      const begin = beginOf(step, downOf);
      for (const before of standing) if (!waitsFor(before, begin)) need(begin, before);
      standing = withInner(step, ups);
    }
  }
}

function turnOf({ change }: ApplyStep): string | undefined {
  return isUpward(change) ? change.declaration.turn : undefined;
}

/** The step that takes the old one away, or makes the new one when that comes first. */
function beginOf(step: ApplyStep, downOf: DownOf): ApplyStep {
  const { change } = step;
  if (change.action !== 'replace' || change.order === 'create-first') return step;
  return downOf(change) ?? step;
}

function withInner(step: ApplyStep, ups: readonly ApplyStep[]): readonly ApplyStep[] {
  const { address } = step.change;
  return [step, ...ups.filter(({ change }) => isUpward(change) && hostOf(change) === address)];
}

function hostOf({ declaration }: UpwardChange): Address | undefined {
  return declaration.within;
}

/** Of two that wait for each other neither would ever begin: who depends on another member cannot have it wait. */
function waitsFor(step: ApplyStep, other: ApplyStep): boolean {
  const seen = new Set([step]);
  for (const one of seen) {
    if (one === other) return true;
    for (const before of one.needs) seen.add(before);
  }
  return false;
}
