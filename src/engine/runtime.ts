import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { Budget, RateBudgets } from './budget.ts';
import type { EventSink } from './event.ts';
import type { ResourceType } from './resource.ts';

/** How far a provider's answers may be behind its deeds. Real clouds publish minutes, simulators scale them. */
export interface Consistency {
  /** A read may miss a change this long. */
  readonly visibleWithinMs: number;
  /** A request may be executed this long after it was sent. */
  readonly requestAgeMaxMs: number;
  /** Pause between two looks while something is awaited. */
  readonly pollMs: number;
}

interface Deadlines {
  /** One request, from sending to its answer. */
  readonly callMs: number;
  /** An object may take this long to become ready, or to go. */
  readonly conditionMs: number;
}

/** What a provider brings: its resource types and the manners of its services. */
export interface Provider {
  readonly session: unknown;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly consistency: Consistency;
  readonly deadlines: Deadlines;
  readonly budgets: Readonly<Record<string, Budget>>;
}

export interface EngineRuntime {
  readonly clock: Clock;
  readonly random: Random;
  readonly provider: Provider;
  /** Shared by all that one process sends. */
  readonly budgets: RateBudgets;
  readonly emit: EventSink;
}
