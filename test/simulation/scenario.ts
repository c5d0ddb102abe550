import { type Disturbance, drawBlows, drawRates, formatDisturbance, parseDisturbance } from './disturbance.ts';
import type { FaultRates } from './faults.ts';
import { SeededRandom } from './seeded-random.ts';
import { type Operation, OPERATIONS, TOPOLOGIES } from './topologies.ts';

/** One run, complete: the same scenario gives the same run, event for event. */
export interface Scenario extends Disturbance {
  readonly topology: string;
  readonly operation: Operation;
}

/** The scenario in one word of a command line. */
export function formatScenario(scenario: Scenario): string {
  return formatDisturbance([`topology=${scenario.topology}`, `operation=${scenario.operation}`], scenario);
}

export function parseScenario(text: string): Scenario {
  const { disturbance, head } = parseDisturbance(text);
  const operation = OPERATIONS.find((known) => known === head.get('operation'));
  const topology = head.get('topology') ?? '';
  if (operation === undefined || !TOPOLOGIES.has(topology)) throw new RangeError(`Not a scenario: ${text}`);
  return { ...disturbance, topology, operation };
}

/** How often each kind strikes when it is chosen; rates are per chance, and the chances of the kinds differ. */
const USUAL_RATES: FaultRates = {
  'request-lost': 0.03,
  'reply-lost': 0.03,
  'reply-late': 0.03,
  'request-late': 0.03,
  reset: 0.03,
  'duplicate-delivery': 0.05,
  'name-lookup': 0.03,
  'slow-drip': 0.05,
  throttle: 0.08,
  'error-before-effect': 0.03,
  'error-after-effect': 0.03,
  'stale-read': 1,
  'missing-tags': 0.2,
  'page-of-one': 0.5,
  'parameter-mismatch': 0.3,
  'no-capacity': 0.3,
  quota: 0.02,
  'dependency-violation': 0.2,
  'breaks-while-starting': 0.1,
  'prior-request': 0.2,
  'store-own-precondition': 0.05,
  'store-conflict': 0.05,
  'store-unavailable': 0.05,
  'store-full': 0.003,
  'store-denied': 0.002,
  'clock-jump': 0.1,
  'credentials-expired': 0.003,
  'zone-lost': 0.3,
  'token-forgotten': 0.5,
};

/** Fewest half-steps any operation takes: a planned blow below it always strikes. */
const HALF_STEPS_LIKELY = 260;

/** A scenario drawn from its seed: one kind of fault alone, a few, or all together, with or without blows. */
export function randomScenario(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const topology = random.pick([...TOPOLOGIES.keys()]);
  const operation = random.pick(OPERATIONS);
  const blows = drawBlows(random, HALF_STEPS_LIKELY);
  const secondOperatorAtMs = random.chance(0.15) ? Math.floor(random.between(0, 30_000)) : undefined;
  const sameHost = random.chance(0.5);
  const rates = drawRates(random, USUAL_RATES);
  return { seed, topology, operation, blows, secondOperatorAtMs, sameHost, rates };
}
