import { buildApplyGraph } from '#engine/apply-graph.ts';
import type { ApplyStep } from '#engine/apply-step.ts';
import type { Change } from '#engine/change.ts';
import type { Snapshot } from '#engine/record.ts';

export interface NamedSteps {
  readonly steps: readonly ApplyStep[];
  /** `up wall`, `down wall`: a replacement is both. */
  readonly nameOf: (step: ApplyStep) => string;
}

/** The steps of a plan, named by what they run. */
export function namedSteps(changes: readonly Change[], snapshot: Snapshot): NamedSteps {
  let ran = '';
  const steps = buildApplyGraph(changes, snapshot, {
    up: async ({ address }) => void (ran = `up ${address}`),
    down: async ({ address, instanceId }) =>
      void (ran = `down ${address} ${snapshot.records.get(instanceId)?.incarnation}`),
  });
  const names = new Map<ApplyStep, string>();
  for (const step of steps) {
    void step.run();
    names.set(step, ran);
  }
  return { steps, nameOf: (step) => names.get(step) ?? 'a stranger' };
}

/** The steps that could never start: those in a circle, and all that wait for one. */
export function stuckSteps(steps: readonly ApplyStep[]): readonly ApplyStep[] {
  const done = new Set<ApplyStep>();
  let left = [...steps];
  for (;;) {
    const able = left.filter(({ needs }) => needs.isSubsetOf(done));
    if (able.length === 0) return left;
    for (const step of able) done.add(step);
    left = left.filter((step) => !done.has(step));
  }
}
