import type { SeededRandom } from './seeded-random.ts';

/** The fault kinds of the catalogue that our worlds can produce, by their number there (0: an addition of ours). */
export const FAULT_KINDS = {
  'request-lost': 1,
  'reply-lost': 2,
  'reply-late': 3,
  'request-late': 4,
  reset: 5,
  'duplicate-delivery': 6,
  'name-lookup': 7,
  'slow-drip': 8,
  throttle: 9,
  'error-before-effect': 10,
  'error-after-effect': 11,
  'not-found-after-create': 12,
  'stale-read': 13,
  'missing-tags': 14,
  'page-of-one': 15,
  'parameter-mismatch': 16,
  'token-spent': 17,
  'no-capacity': 18,
  quota: 19,
  'dependency-violation': 20,
  'not-propagated': 21,
  'breaks-while-starting': 22,
  'prior-request': 23,
  'still-listed': 24,
  'store-foreign-precondition': 25,
  'store-own-precondition': 26,
  'store-conflict': 27,
  'store-unavailable': 28,
  'store-full': 31,
  kill: 32,
  freeze: 33,
  'clock-jump': 34,
  'credentials-expired': 35,
  'second-operator': 36,
  'node-silent': 37,
  'node-hello-twice': 37,
  'node-hello-forged': 37,
  'node-stage-fails': 37,
  'node-hangs': 37,
  'node-vanishes': 37,
  'node-lies': 37,
  'node-late': 37,
  'node-comes-back': 37,
  'node-cut-off': 37,
  'learner-slow': 37,
  'dies-at-network': 37,
  'dies-at-packages': 37,
  'dies-at-overlay': 37,
  'dies-at-seat': 37,
  'dies-at-etcd': 37,
  'dies-at-apiserver': 37,
  'dies-at-storage': 37,
  'dies-at-kubelet': 37,
  'dies-at-ready': 37,
  'zone-lost': 38,
  'token-forgotten': 0,
  'store-denied': 0,
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

/** The fault kinds that one world produces, and what tests those that it does not. */
export interface FaultCatalogue {
  readonly kinds: readonly FaultKind[];
  /** Those of them that so much must come together for that a short simulation may miss them, and what it is. */
  readonly rare: ReadonlyMap<FaultKind, string>;
  readonly elsewhere: ReadonlyMap<number, string>;
}

export const DISK_FAULTS_ELSEWHERE: readonly (readonly [number, string])[] = [
  [29, 'torn write, lost fsync: the directory store, under its own tests'],
  [30, 'bit flip: the directory store, under its own tests'],
];

/** How likely each kind is at each chance it gets; a kind that is not named never strikes. */
export type FaultRates = Readonly<Partial<Record<FaultKind, number>>>;

const NAMES: ReadonlySet<string> = new Set(Object.keys(FAULT_KINDS));

export function isFaultKind(name: string): name is FaultKind {
  return NAMES.has(name);
}

/** Whatever it died of. */
export function deathAt(stage: string): FaultKind {
  const kind = `dies-at-${stage}`;
  if (!isFaultKind(kind)) throw new RangeError(`No machine dies at the stage ${stage}.`);
  return kind;
}

const ALL_KINDS: readonly FaultKind[] = Object.keys(FAULT_KINDS).filter(isFaultKind);

/** All kinds but these. */
export function faultKindsWithout(...numbers: readonly number[]): readonly FaultKind[] {
  return ALL_KINDS.filter((kind) => !numbers.includes(FAULT_KINDS[kind]));
}

export const TOY_FAULTS: FaultCatalogue = {
  kinds: faultKindsWithout(37),
  rare: new Map(),
  elsewhere: new Map([
    ...DISK_FAULTS_ELSEWHERE,
    [37, 'a node that never signals, twice, or forged: the simulation of whole clusters'],
  ]),
};

/** Decides which faults strike, and counts them. */
export class FaultLottery {
  readonly counts = new Map<FaultKind, number>();
  readonly #random: SeededRandom;
  #rates: FaultRates;

  constructor(random: SeededRandom, rates: FaultRates) {
    this.#random = random;
    this.#rates = rates;
  }

  strikes(kind: FaultKind): boolean {
    if (!this.draws(kind)) return false;
    this.count(kind);
    return true;
  }

  /** The same without counting: somebody else sees what came of it. */
  draws(kind: FaultKind): boolean {
    const rate = this.#rates[kind];
    return rate !== undefined && this.#random.chance(rate);
  }

  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Whether reads may lag behind writes at all. */
  isPossible(kind: FaultKind): boolean {
    return (this.#rates[kind] ?? 0) > 0;
  }

  /** What befalls the world from here on. */
  change(rates: FaultRates): void {
    this.#rates = rates;
  }

  /** From here on the world is kind. */
  end(): void {
    this.change({});
  }
}
