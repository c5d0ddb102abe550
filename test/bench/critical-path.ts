import type { Budget } from '#engine/budget.ts';

/** One request as the service sees it. */
interface TimedCall {
  readonly budget: string;
  readonly latencyMs: number;
}

/** A resource as a sequence of calls that may begin when those of all it needs have ended. */
export interface TimedResource {
  readonly name: string;
  readonly needs: readonly string[];
  readonly calls: readonly TimedCall[];
}

/**
 * The time below which nobody can create these resources, whatever he knows in advance: the longest chain of calls that
 * wait for one another, or the time until the last call has its token. Shares nothing with the engine but its input.
 */
export function criticalPathMs(resources: readonly TimedResource[], budgets: Readonly<Record<string, Budget>>): number {
  return Math.max(
    longestChainMs(resources),
    ...Object.entries(budgets).map(([name, budget]) => budgetMs(resources, name, budget)),
  );
}

/** Longest path by relaxation: the end of a resource moves later as long as one that it needs ends later. */
export function longestChainMs(resources: readonly TimedResource[]): number {
  const dependents = new Map<string, TimedResource[]>(resources.map(({ name }) => [name, []]));
  for (const resource of resources) for (const need of resource.needs) dependents.get(need)?.push(resource);
  const endsMs = new Map(resources.map((resource) => [resource.name, durationMs(resource)]));
  const waiting = new Map(resources.map(({ name, needs }) => [name, needs.length]));
  const settled = resources.filter(({ needs }) => needs.length === 0);
  for (const { name } of settled) {
    const endMs = endsMs.get(name) ?? 0;
    for (const dependent of dependents.get(name) ?? []) {
      const earlierMs = endsMs.get(dependent.name) ?? 0;
      endsMs.set(dependent.name, Math.max(earlierMs, endMs + durationMs(dependent)));
      const left = (waiting.get(dependent.name) ?? 0) - 1;
      waiting.set(dependent.name, left);
      if (left === 0) settled.push(dependent);
    }
  }
  return Math.max(0, ...endsMs.values());
}

/** A full bucket serves its capacity at once, all further calls at the pace of the refill. */
export function budgetMs(resources: readonly TimedResource[], name: string, budget: Budget): number {
  const demand = resources.flatMap(({ calls }) => calls).filter((call) => call.budget === name).length;
  return (Math.max(0, demand - budget.capacity) / budget.refillPerSecond) * 1000;
}

function durationMs({ calls }: TimedResource): number {
  return calls.reduce((sumMs, { latencyMs }) => sumMs + latencyMs, 0);
}
