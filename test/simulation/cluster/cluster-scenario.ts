import { type Disturbance, drawBlows, drawRates, formatDisturbance, parseDisturbance } from '../disturbance.ts';
import type { FaultRates } from '../faults.ts';
import { SeededRandom } from '../seeded-random.ts';
import { type ClusterShape, CLUSTERS, isPossible, type Operation, OPERATIONS } from './cluster-specs.ts';

/** One run of the real provider on the simulated account, complete. */
export interface ClusterScenario extends Disturbance {
  readonly cluster: ClusterShape;
  readonly operation: Operation;
}

export function formatScenario(scenario: ClusterScenario): string {
  return formatDisturbance([`cluster=${scenario.cluster}`, `operation=${scenario.operation}`], scenario);
}

export function parseScenario(text: string): ClusterScenario {
  const { disturbance, head } = parseDisturbance(text);
  const cluster = CLUSTERS.find((known) => known === head.get('cluster'));
  const operation = OPERATIONS.find((known) => known === head.get('operation'));
  if (cluster === undefined || operation === undefined || !isPossible(cluster, operation))
    throw new RangeError(`Not a scenario: ${text}`);
  return { ...disturbance, cluster, operation };
}

/** How often each kind strikes when it is chosen; rates are per chance, and the chances of the kinds differ. */
export const USUAL_RATES: FaultRates = {
  'request-lost': 0.02,
  'reply-lost': 0.02,
  'reply-late': 0.02,
  'request-late': 0.02,
  reset: 0.02,
  'duplicate-delivery': 0.05,
  'name-lookup': 0.02,
  'slow-drip': 0.04,
  throttle: 0.04,
  'error-before-effect': 0.02,
  'error-after-effect': 0.02,
  'not-found-after-create': 0.3,
  'stale-read': 0.4,
  'missing-tags': 0.2,
  'page-of-one': 0.3,
  'parameter-mismatch': 0.3,
  'no-capacity': 0.3,
  quota: 0.02,
  'dependency-violation': 0.2,
  'not-propagated': 0.5,
  'breaks-while-starting': 0.15,
  'prior-request': 0.2,
  'still-listed': 0.4,
  'store-own-precondition': 0.05,
  'store-conflict': 0.05,
  'store-unavailable': 0.05,
  'store-full': 0.002,
  'store-denied': 0.002,
  'clock-jump': 0.1,
  'credentials-expired': 0.001,
  'zone-lost': 0.3,
  'node-silent': 0.1,
  'node-hello-twice': 0.2,
  'node-hello-forged': 0.1,
  'node-stage-fails': 0.1,
  'node-hangs': 0.1,
  'node-vanishes': 0.1,
  'node-lies': 0.1,
  'node-late': 0.1,
};

/** Where machines are members of something, more of them come to grief. */
export const MEMBER_RATES: FaultRates = {
  ...USUAL_RATES,
  'node-stage-fails': 0.2,
  'node-hangs': 0.2,
  'node-vanishes': 0.2,
  'node-late': 0.2,
  'node-comes-back': 0.2,
  'node-cut-off': 0.2,
  'learner-slow': 0.4,
};

/** Fewest half-steps an operation of a cluster takes: a planned blow below it always strikes. */
const HALF_STEPS_LIKELY = 400;

/** Small clusters more often: what they teach costs less. */
const DRAWN_CLUSTERS: readonly ClusterShape[] = ['single', 'single', 'single', 'private', 'guest', 'converged', 'ha'];

/** A scenario drawn from its seed: one kind of fault alone, a few, or all together, with or without blows. */
export function randomScenario(seed: number, rates: FaultRates): ClusterScenario {
  const random = new SeededRandom(seed);
  const cluster = random.pick(DRAWN_CLUSTERS);
  const operation = random.pick(OPERATIONS.filter((one) => isPossible(cluster, one)));
  const blows = drawBlows(random, HALF_STEPS_LIKELY);
  const secondOperatorAtMs = random.chance(0.15) ? Math.floor(random.between(0, 60_000)) : undefined;
  const sameHost = random.chance(0.5);
  return { seed, cluster, operation, blows, secondOperatorAtMs, sameHost, rates: drawRates(random, rates) };
}
