import type { Beginning } from './cloud.ts';
import type { Disturbance } from './disturbance.ts';
import type { FaultCatalogue } from './faults.ts';
import type { Undertaking } from './undertaking.ts';

/** All that can be played in one kind of world. */
export interface Repertoire<Scenario extends Disturbance> {
  readonly faults: FaultCatalogue;
  /** Every operation, undisturbed. */
  peaceful(seed: number): readonly Scenario[];
  /** The scenario of a seed. */
  random(seed: number): Scenario;
  /** In one word of a command line. */
  format(scenario: Scenario): string;
  parse(text: string): Scenario;
  undertakingOf(scenario: Scenario): Undertaking;
  /** The operation at whose end this one begins; undefined: it begins with nothing. */
  preludeOf(scenario: Scenario): Scenario | undefined;
  /** Nothing of ours, and what belongs to others. */
  virgin(): Beginning;
}
