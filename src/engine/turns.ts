import type { Address } from './address.ts';
import { type ApplyStep, need } from './apply-step.ts';
import { isUpward, type ReplaceChange, type UpwardChange } from './change.ts';

/** The steps that end the old instance and, before that, what depends on it. */
type EndsOf = (change: ReplaceChange) => readonly ApplyStep[];

interface Members {
  /** How much of one is not there, or does not work: nothing, as long as it does its part. */
  readonly missingOf: (step: ApplyStep) => number;
  /** Whether one has come to do its part, however it is now. */
  readonly hasStood: (step: ApplyStep) => boolean;
}

/**
 * What takes turns never lacks more than one of its members for the sake of a change: a member is only given up when
 * all others stand, with what lives in them, and so does each that had its turn before. The one of which most is missing
 * comes first: whoever does its part is only given up when the others do theirs again. As long as none has ever come to
 * that there is nothing to be kept up, and they may need each other to come to it: all are made anew at once.
 */
export function takeTurns(ups: readonly ApplyStep[], endsOf: EndsOf, { missingOf, hasStood }: Members): void {
  for (const members of Map.groupBy(ups, turnOf).values()) {
    const [first] = members;
    if (first === undefined || turnOf(first) === undefined) continue;
    const going = members
      .filter(({ change }) => change.action === 'replace')
      .toSorted((left, right) => missingOf(right) - missingOf(left));
    if (going.length === 0 || !members.some(hasStood)) continue;
    let standing: readonly ApplyStep[] = members
      .filter(({ change }) => change.action !== 'replace')
      .flatMap((step) => withInner(step, ups));
    for (const step of going) {
      for (const begin of beginsOf(step, endsOf)) {
        for (const before of standing) if (!waitsFor(before, begin)) need(begin, before);
      }
      standing = withInner(step, ups);
    }
  }
}

function turnOf({ change }: ApplyStep): string | undefined {
  return isUpward(change) ? change.declaration.turn : undefined;
}

/** Whatever is made or ended for the sake of the replacement. */
function beginsOf(step: ApplyStep, endsOf: EndsOf): readonly ApplyStep[] {
  const { change } = step;
  return change.action === 'replace' ? [step, ...endsOf(change)] : [step];
}

function withInner(step: ApplyStep, ups: readonly ApplyStep[]): readonly ApplyStep[] {
  const { address } = step.change;
  return [step, ...ups.filter(({ change }) => isUpward(change) && hostOf(change) === address)];
}

function hostOf({ declaration }: UpwardChange): Address | undefined {
  return declaration.within;
}

/** Of two that wait for each other neither would ever begin: who depends on another member cannot have it wait. */
export function waitsFor(step: ApplyStep, other: ApplyStep): boolean {
  const seen = new Set([step]);
  for (const one of seen) {
    if (one === other) return true;
    for (const before of one.needs) seen.add(before);
  }
  return false;
}
