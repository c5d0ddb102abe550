import type { MemoryObjects } from '#state/memory-store.ts';
import { type ObjectStore, StoreError, type Stored } from '#state/object-store.ts';
import type { FaultLottery } from './faults.ts';
import type { Service, SimulatedProcess } from './process.ts';

/** A write that the store has accepted. */
export interface StoreWrite {
  readonly process: SimulatedProcess;
  readonly key: string;
  readonly body: string;
  /** When the process sent it. */
  readonly sentAtMs: number;
}

export interface StoreSeed {
  readonly process: SimulatedProcess;
  readonly objects: MemoryObjects;
  readonly faults: FaultLottery;
  /** Called with every accepted write, at the moment it is durable. */
  readonly onWrite: (write: StoreWrite) => void;
}

interface Request<T> {
  readonly label: string;
  readonly mutates: boolean;
  readonly effect: () => T;
}

const NETWORK: Service = {
  timeoutMs: 3_000,
  unanswered: (why) => new StoreError('ambiguous', `No word from the store: ${why}.`),
  notSent: (why) => new StoreError('unavailable', `Not sent: ${why}.`),
};

/** The shared objects as one process reaches them: over a wire that fails, at a service with moods. */
export class SimulatedStore implements ObjectStore {
  readonly location = 'simulated store';
  readonly #seed: StoreSeed;

  constructor(seed: StoreSeed) {
    this.#seed = seed;
  }

  readRegister(key: string): Promise<Stored | undefined> {
    return this.#read(`read ${key}`, () => this.#seed.objects.readRegister(key));
  }

  readObject(key: string): Promise<string | undefined> {
    return this.#read(`read ${key}`, () => this.#seed.objects.readObject(key));
  }

  listObjects(prefix: string, after?: string): Promise<readonly string[]> {
    return this.#read(`list ${prefix}`, () => this.#seed.objects.listObjects(prefix, after));
  }

  swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    return this.#write(key, body, () => this.#seed.objects.swapRegister(key, body, expected));
  }

  createObject(key: string, body: string): Promise<void> {
    return this.#write(key, body, () => this.#seed.objects.createObject(key, body));
  }

  removeObject(key: string): Promise<void> {
    return this.#exchange({
      label: `remove ${key}`,
      mutates: true,
      effect: () => this.#seed.objects.removeObject(key),
    });
  }

  #read<T>(label: string, effect: () => T): Promise<T> {
    const { faults } = this.#seed;
    const served = (): T => {
      if (faults.strikes('store-denied')) throw new StoreError('denied', 'Not allowed.');
      return effect();
    };
    return this.#exchange({ label, mutates: false, effect: served });
  }

  #write<T>(key: string, body: string, effect: () => T): Promise<T> {
    const { faults, process, onWrite } = this.#seed;
    const sentAtMs = process.clock.monotonicMs();
    const once = (): T => {
      const result = effect();
      onWrite({ process, key, body, sentAtMs });
      return result;
    };
    const served = (): T => {
      if (faults.strikes('store-conflict')) throw new StoreError('conflict', 'Another write is under way.');
      if (faults.strikes('store-full')) throw new StoreError('full', 'No space is left.');
      if (!faults.strikes('store-own-precondition')) return once();
      // The client library lost the answer and sent the request again by itself.
      once();
      return once();
    };
    return this.#exchange({
      label: `write ${key} by ${process.number}`,
      mutates: true,
      effect: () => this.#counted(served),
    });
  }

  #counted<T>(effect: () => T): T {
    try {
      return effect();
    } catch (error) {
      if (error instanceof StoreError && error.outcome === 'precondition')
        this.#seed.faults.count('store-foreign-precondition');
      throw error;
    }
  }

  #exchange<T>({ label, mutates, effect }: Request<T>): Promise<T> {
    const { process, faults } = this.#seed;
    const served = (): T => {
      if (faults.strikes('store-unavailable')) throw new StoreError('unavailable', 'Slow down.');
      return effect();
    };
    return process.exchange({ label, mutates, service: NETWORK, effect: served });
  }
}
