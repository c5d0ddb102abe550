import { type FaultKind, type FaultRates, isFaultKind } from './faults.ts';
import type { Blow } from './process.ts';
import { SeededRandom } from './seeded-random.ts';
import { type Operation, OPERATIONS, TOPOLOGIES } from './topologies.ts';

export interface PlannedBlow {
  readonly blow: Blow;
  /** The half-step it strikes at, counted over all processes. */
  readonly halfStep: number;
}

/** One run, complete: the same scenario gives the same run, event for event. */
export interface Scenario {
  readonly seed: number;
  readonly topology: string;
  readonly operation: Operation;
  readonly blows: readonly PlannedBlow[];
  /** When another operator starts the same operation. */
  readonly secondOperatorAtMs?: number | undefined;
  /** All processes run on one host: a successor sees at once that the process before it is dead. */
  readonly sameHost: boolean;
  readonly rates: FaultRates;
}

/** The scenario in one word of a command line. */
export function formatScenario(scenario: Scenario): string {
  const { seed, topology, operation, blows, secondOperatorAtMs, sameHost, rates } = scenario;
  const parts = [`seed=${seed}`, `topology=${topology}`, `operation=${operation}`];
  for (const { blow, halfStep } of blows) parts.push(`${blow}=${halfStep}`);
  if (secondOperatorAtMs !== undefined) parts.push(`second-operator=${secondOperatorAtMs}`);
  if (sameHost) parts.push('same-host=yes');
  for (const [kind, rate] of Object.entries(rates)) parts.push(`${kind}=${rate}`);
  return parts.join(',');
}

export function parseScenario(text: string): Scenario {
  const blows: PlannedBlow[] = [];
  const rates: Partial<Record<FaultKind, number>> = {};
  const plain = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    if (name === 'crash') blows.push({ blow: 'crash', halfStep: Number(value) });
    // "freeze" is a fault kind too, but one that strikes at a planned half-step, not by chance.
    else if (name === 'freeze') blows.push({ blow: 'freeze', halfStep: Number(value) });
    else if (isFaultKind(name) && name !== 'second-operator') rates[name] = Number(value);
    else plain.set(name, value);
  }
  const operation = OPERATIONS.find((known) => known === plain.get('operation'));
  const topology = plain.get('topology') ?? '';
  if (operation === undefined || !TOPOLOGIES.has(topology)) throw new RangeError(`Not a scenario: ${text}`);
  const second = plain.get('second-operator');
  const secondOperatorAtMs = second === undefined ? undefined : Number(second);
  const sameHost = plain.has('same-host');
  return { seed: Number(plain.get('seed')), topology, operation, blows, secondOperatorAtMs, sameHost, rates };
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

const CHOSEN = Object.keys(USUAL_RATES).filter(isFaultKind);
/** Fewest half-steps any operation takes: a planned blow below it always strikes. */
const HALF_STEPS_LIKELY = 260;

/** A scenario drawn from its seed: one kind of fault alone, a few, or all together, with or without blows. */
export function randomScenario(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const topology = random.pick([...TOPOLOGIES.keys()]);
  const operation = random.pick(OPERATIONS);
  const blows = drawBlows(random);
  const secondOperatorAtMs = random.chance(0.15) ? Math.floor(random.between(0, 30_000)) : undefined;
  const sameHost = random.chance(0.5);
  return { seed, topology, operation, blows, secondOperatorAtMs, sameHost, rates: drawRates(random) };
}

function drawBlows(random: SeededRandom): readonly PlannedBlow[] {
  const count = random.pick([0, 1, 1, 2, 3]);
  const blows = Array.from({ length: count }, (): PlannedBlow => ({
    blow: random.chance(0.6) ? 'crash' : 'freeze',
    halfStep: random.below(HALF_STEPS_LIKELY * count),
  }));
  return blows.toSorted((left, right) => left.halfStep - right.halfStep);
}

function drawRates(random: SeededRandom): FaultRates {
  const count = random.pick([0, 1, 1, 2, 3, 6, CHOSEN.length]);
  const kinds = count === CHOSEN.length ? CHOSEN : Array.from({ length: count }, () => random.pick(CHOSEN));
  return Object.fromEntries(kinds.map((kind) => [kind, USUAL_RATES[kind] ?? 0]));
}
