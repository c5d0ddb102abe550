import type { Address } from './address.ts';
import type { ApplyStep } from './apply-step.ts';

/** How many steps stand behind each resource, along the longest chain: who is served first where a rate is limited. */
export function urgencies(steps: readonly ApplyStep[]): ReadonlyMap<Address, number> {
  const dependentsLeft = new Map(steps.map((step) => [step, 0]));
  for (const { needs } of steps)
    for (const before of needs) dependentsLeft.set(before, (dependentsLeft.get(before) ?? 0) + 1);
  const behind = new Map(steps.map((step) => [step, 0]));
  const final = steps.filter((step) => dependentsLeft.get(step) === 0);
  for (const step of final) {
    const here = behind.get(step) ?? 0;
    for (const before of step.needs) {
      behind.set(before, Math.max(behind.get(before) ?? 0, here + 1));
      const left = (dependentsLeft.get(before) ?? 0) - 1;
      dependentsLeft.set(before, left);
      if (left === 0) final.push(before);
    }
  }
  const byAddress = new Map<Address, number>();
  for (const [{ change }, count] of behind)
    byAddress.set(change.address, Math.max(count, byAddress.get(change.address) ?? 0));
  return byAddress;
}
