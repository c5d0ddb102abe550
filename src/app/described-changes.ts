import { type Change, explain, isPending } from '#engine/change.ts';
import type { Plan } from '#engine/plan.ts';
import type { PlannedChange } from './app.ts';

/** What a person is to read of a plan: everything that will not stay as it is. */
export function describeChanges(
  { changes }: Pick<Plan, 'changes'>,
  costs: ReadonlyMap<Change, number> = new Map(),
): readonly PlannedChange[] {
  const told = changes.filter((change) => isPending(change) || change.action === 'leave');
  return told.map((change) => describeChange(change, costs.get(change)));
}

function describeChange({ address, kind, action, because }: Change, monthlyUsd: number | undefined): PlannedChange {
  const described = { address, kind, action, because: explain(because), inputs: inputsOf(because) };
  return monthlyUsd === undefined ? described : { ...described, monthlyUsd };
}

function inputsOf(because: Change['because']): readonly string[] {
  if ('inputs' in because) return because.inputs;
  return 'outputs' in because ? because.outputs : [];
}
