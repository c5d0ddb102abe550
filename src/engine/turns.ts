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
 * comes first: whoever does its part is only given up when the others do theirs again. One that has never come to that
 * waits for no member that is only being made, since that may need it. As long as none has ever stood there is nothing to
 * be kept up: all are made anew at once.
 */
export function takeTurns(ups: readonly ApplyStep[], endsOf: EndsOf, { missingOf, hasStood }: Members): void {
  for (const members of Map.groupBy(ups, turnOf).values()) {
    const [first] = members;
    if (first === undefined || turnOf(first) === undefined) continue;
    const going = members
      .filter(({ change }) => change.action === 'replace')
      .toSorted((left, right) => missingOf(right) - missingOf(left));
    if (going.length === 0 || !members.some(hasStood)) continue;
    const others = members.filter(({ change }) => change.action !== 'replace');
    let last: readonly ApplyStep[] = [];
    for (const step of going) {
      const made = withInner(step, ups);
      if (hasStood(step)) last = [...last, ...others.flatMap((other) => withInner(other, ups))];
      awaitAll(beginsOf(step, endsOf), last);
      last = made;
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

function awaitAll(steps: readonly ApplyStep[], befores: readonly ApplyStep[]): void {
  for (const step of steps) for (const before of befores) if (!waitsFor(before, step)) need(step, before);
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
