import { type FaultKind, type FaultRates, isFaultKind } from './faults.ts';
import type { Blow } from './process.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface PlannedBlow {
  readonly blow: Blow;
  /** The half-step it strikes at, counted over all processes. */
  readonly halfStep: number;
}

/** All that befalls a run, whatever it is a run of. */
export interface Disturbance {
  readonly seed: number;
  readonly blows: readonly PlannedBlow[];
  /** When another operator starts the same operation. */
  readonly secondOperatorAtMs?: number | undefined;
  /** All processes run on one host: a successor sees at once that the process before it is dead. */
  readonly sameHost: boolean;
  readonly rates: FaultRates;
}

/** Nothing befalls it. */
export function peace(seed: number): Disturbance {
  return { seed, blows: [], sameHost: false, rates: {} };
}

/** The disturbance in one word of a command line, after the parts that say of what. */
export function formatDisturbance(head: readonly string[], disturbance: Disturbance): string {
  const { seed, blows, secondOperatorAtMs, sameHost, rates } = disturbance;
  const parts = [`seed=${seed}`, ...head];
  for (const { blow, halfStep } of blows) parts.push(`${blow}=${halfStep}`);
  if (secondOperatorAtMs !== undefined) parts.push(`second-operator=${secondOperatorAtMs}`);
  if (sameHost) parts.push('same-host=yes');
  for (const [kind, rate] of Object.entries(rates)) parts.push(`${kind}=${rate}`);
  return parts.join(',');
}

/** `head`: the parts that are not of the disturbance. */
export function parseDisturbance(text: string): {
  readonly disturbance: Disturbance;
  readonly head: ReadonlyMap<string, string>;
} {
  const blows: PlannedBlow[] = [];
  const rates: Partial<Record<FaultKind, number>> = {};
  const head = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    if (name === 'crash') blows.push({ blow: 'crash', halfStep: Number(value) });
    // "freeze" is a fault kind too, but one that strikes at a planned half-step, not by chance.
    else if (name === 'freeze') blows.push({ blow: 'freeze', halfStep: Number(value) });
    else if (isFaultKind(name) && name !== 'second-operator') rates[name] = Number(value);
    else head.set(name, value);
  }
  const second = head.get('second-operator');
  const secondOperatorAtMs = second === undefined ? undefined : Number(second);
  const sameHost = head.has('same-host');
  return { disturbance: { seed: Number(head.get('seed')), blows, secondOperatorAtMs, sameHost, rates }, head };
}

/** Blows at half-steps that an operation is likely to come to. */
export function drawBlows(random: SeededRandom, halfStepsLikely: number): readonly PlannedBlow[] {
  const count = random.pick([0, 1, 1, 2, 3]);
  const blows = Array.from({ length: count }, (): PlannedBlow => ({
    blow: random.chance(0.6) ? 'crash' : 'freeze',
    halfStep: random.below(halfStepsLikely * count),
  }));
  return blows.toSorted((left, right) => left.halfStep - right.halfStep);
}

/** One kind of fault alone, a few, or all together, each as often as is usual for it. */
export function drawRates(random: SeededRandom, usual: FaultRates): FaultRates {
  const chosen = Object.keys(usual).filter(isFaultKind);
  const count = random.pick([0, 1, 1, 2, 3, 6, chosen.length]);
  const kinds = count === chosen.length ? chosen : Array.from({ length: count }, () => random.pick(chosen));
  return Object.fromEntries(kinds.map((kind) => [kind, usual[kind] ?? 0]));
}
