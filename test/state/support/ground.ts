import { setImmediate } from 'node:timers/promises';
import { MemoryStore } from '#state/memory-store.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { Settled } from '../../support/virtual-clock.ts';

/** What the benches of the state stand on. */
export interface Ground {
  newStore(): ObjectStore;
  /** Virtual time passes only when the store has nothing under way. */
  readonly settled: Settled;
  /** Of many repetitions, every how many-th there is time for. */
  readonly stride: number;
}

const standing: { on: Ground } = { on: { newStore: () => new MemoryStore(), settled: setImmediate, stride: 1 } };

export function ground(): Ground {
  return standing.on;
}

/** From now on every new bench of this test file stands on this. */
export function standOn(other: Ground): void {
  standing.on = other;
}
