import type { Change } from './change.ts';
import type { Step } from './schedule.ts';

/** One change as a step: `up` makes a declared resource, `down` ends one physical object. */
export interface ApplyStep extends Step<ApplyStep> {
  readonly change: Change;
  readonly needs: Set<ApplyStep>;
}

export function need(step: ApplyStep, before: ApplyStep | undefined): void {
  if (before !== undefined && before !== step) step.needs.add(before);
}
