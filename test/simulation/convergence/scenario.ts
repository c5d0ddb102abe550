import type { Wishes } from './casting.ts';
import type { Interruption } from './interruption.ts';
import type { Stage } from './stage.ts';

/** The scenarios by which Heat's convergence engine is judged, and now ours. */
export const SCENARIO_NAMES = [
  'basic create',
  'basic create rollback',
  'basic update delete',
  'create early delete',
  'disjoint create',
  'multiple update',
  'update add',
  'update add concurrent',
  'update add rollback',
  'update add rollback early',
  'update interrupt create',
  'update remove',
  'update remove rollback',
  'update replace',
  'update replace invert dependencies',
  'update replace missed cleanup',
  'update replace missed cleanup delete',
  'update replace rollback',
  'user replace',
  'user replace rollback',
  'user replace rollback update',
] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

interface Told {
  /** What happens, in a sentence. */
  readonly title: string;
  readonly wishes?: Wishes;
}

/** A scenario that nothing cuts short. */
export interface CalmScenario extends Told {
  readonly play: (stage: Stage) => Promise<void>;
}

/** A scenario in which one operator ends in the middle of its work and another one takes over. */
interface CutScenario extends Told {
  readonly playCut: (stage: Stage, cut: Interruption) => Promise<void>;
}

export type Scenario = CalmScenario | CutScenario;

/** Some of the scenarios, by name. */
export type Family = Readonly<Partial<Record<ScenarioName, Scenario>>>;
